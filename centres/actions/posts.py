"""Posts come from a staffing document; taking one up opens the clerk's grant, leaving it ends the grant."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Post, PostHolding, StaffingDocument, StaffingNumber
from juxian.audit.log import record
from juxian.people.models import Grant, Member, Town, User
from juxian.people.rights import need_text


def _county(by: User) -> None:
    if not by.is_county:
        raise PermissionDenied


@transaction.atomic
def open_posts(*, document: StaffingDocument, by: User) -> list[Post]:
    """Make the posts a document gives to its towns; those that exist are from now on by this document.

    Towns that a later document speaks of are left alone. Again: nothing new.
    """
    _county(by)
    opened = []
    for number in StaffingNumber.objects.filter(document=document).select_related("town").order_by("town__code"):
        Town.objects.select_for_update(of=("self",)).get(pk=number.town_id)
        if StaffingNumber.objects.newest(number.town) != number:
            continue
        there = {post.slot: post for post in Post.objects.select_for_update(of=("self",)).filter(town=number.town)}
        for slot in range(1, number.posts + 1):
            post = there.get(slot)
            if post is None:
                post = Post(town=number.town, staffing=number, slot=slot, opened_on=document.issued_on)
                post.full_clean()
                post.save()
                opened.append(post)
            elif post.staffing_id != number.pk:
                post.staffing = number
                post.full_clean()
                post.save(update_fields=["staffing"])
    if opened:
        record(
            by=by,
            action="centres.posts_opened",
            subject=document,
            summary=f"按《{document.title}》设立 {len(opened)} 个岗位",
        )
    return opened


def _locked(post: Post) -> Post:
    found: Post = Post.objects.select_for_update(of=("self",)).select_related("town", "staffing").get(pk=post.pk)
    return found


def _not_later(day: date, what: str) -> None:
    if day > timezone.localdate():
        raise ValidationError(f"{what}不能晚于今天，到那天再登记。", code="future")


def _belongs(user: User, town: Town) -> None:
    """A post of a town is for its own people: neither another town's clerk nor another town's member."""
    if not user.is_active:
        raise ValidationError(f"用户“{user}”已停用，不能任职。", code="inactive")
    elsewhere = Grant.objects.in_force(timezone.localdate()).filter(user=user, kind=Grant.Kind.CLERK)
    home = Member.objects.filter(user=user, left_on=None).select_related("branch__town").first()
    if elsewhere.exclude(town=town).exists() or (home and home.branch.town_id != town.pk):
        raise ValidationError(f"用户“{user}”不是{town.name}的人，不能在{town.name}任职。", code="town")


def only_member(user: User) -> bool:
    """Whether this login has opened nothing but a member's own pages so far."""
    held = Grant.objects.in_force(timezone.localdate()).filter(user=user)
    return Member.objects.filter(user=user).exists() and not held.exists()


def _grant(user: User, post: Post, starts_on: date, by: User) -> Grant:
    """The open clerk's grant of the town, made if there is none. The post takes charge of it either way."""
    grants = Grant.objects.select_for_update(of=("self",)).filter(user=user, kind=Grant.Kind.CLERK, town=post.town)
    found: Grant | None = grants.filter(ends_on=None).order_by("pk").first()
    if found:
        return found
    made = Grant.objects.create(
        user=user, kind=Grant.Kind.CLERK, town=post.town, starts_on=starts_on, reason=f"任{post}"
    )
    _noted_grant(made, by, f"随{post}开通，自 {starts_on}")
    return made


def _noted_grant(grant: Grant, by: User, what: str) -> None:
    """A row of its own, as for a grant saved by hand."""
    record(
        by=by,
        action="people.grant_saved",
        subject=grant,
        summary=f"授权：{grant} {grant.town} {what}",
        town_code=grant.town.code if grant.town else "",
        body={"user": grant.user_id, "kind": grant.kind, "reason": grant.reason},
    )


@transaction.atomic
def take_up(
    *,
    post: Post,
    starts_on: date,
    by: User,
    user: User | None = None,
    name: str = "",
    is_dedicated: bool = True,
    opens_grant: bool = False,
) -> PostHolding:
    """Put somebody into a vacant post: a user, who becomes clerk of the town, or a name. The same again is the first.

    Refused: a post that is held, one the newest document no longer has, a day before the last holder left or to come;
    a login that only is a member's, unless `opens_grant` says that it shall become a clerk's.
    """
    _county(by)
    post = _locked(post)
    if user:
        user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    name = need_text(user.name if user else name, "写明任职人姓名，或选一个用户。")
    now: PostHolding | None = PostHolding.objects.filter(post=post).current().first()
    if now:
        if (now.user_id, now.name, now.starts_on) == (user.pk if user else None, name, starts_on):
            return now
        raise ValidationError(f"{post}已有{now.name}在岗，先办离岗。", code="held")
    _may_begin(post, starts_on)
    if user:
        _belongs(user, post.town)
        if only_member(user) and not opens_grant:
            raise ValidationError({"opens_grant": _asked(user, post.town)}, code="only_member")
    holding = PostHolding(
        post=post,
        user=user,
        name=name,
        is_dedicated=is_dedicated,
        starts_on=starts_on,
        grant=_grant(user, post, starts_on, by) if user else None,
    )
    holding.full_clean()
    holding.save()
    _noted(holding, by, "centres.post_taken_up", f"{name}到{post}任职，自 {starts_on}")
    return holding


def _asked(user: User, town: Town) -> str:
    return (
        f"“{user}”目前只有党员登录，任职后将获得{town.name}干事权限，能看到全镇党员的资料。核对是本人，再勾选这一项。"
    )


def _may_begin(post: Post, starts_on: date) -> None:
    if not Post.objects.standing().filter(pk=post.pk).exists():
        raise ValidationError(f"最新的编制文件里没有{post}，不能再任职。", code="abolished")
    _not_later(starts_on, "到岗日期")
    last = PostHolding.objects.filter(post=post).order_by("-ends_on").first()
    if last and starts_on < last.ends_on:
        raise ValidationError(f"上一任{last.name} {last.ends_on} 才离岗，到岗日期不能更早。", code="overlap")
    if starts_on < post.opened_on:
        raise ValidationError(f"{post} {post.opened_on} 才设立，到岗日期不能更早。", code="before")


@transaction.atomic
def leave(*, holding: PostHolding, ends_on: date, by: User) -> PostHolding:
    """End a holding, and the clerk's grant with it unless the user still holds another post of the town. Twice is once."""
    _county(by)
    post = _locked(holding.post)
    if holding.user_id:
        User.objects.select_for_update(of=("self",)).get(pk=holding.user_id)
    holding = PostHolding.objects.select_related("grant", "user").get(pk=holding.pk)
    if holding.ends_on:
        if holding.ends_on == ends_on:
            return holding
        raise ValidationError(f"{holding.name}已于 {holding.ends_on} 离岗。", code="left")
    _not_later(ends_on, "离岗日期")
    holding.ends_on = ends_on
    holding.full_clean()
    holding.save(update_fields=["ends_on"])
    _end_grant(holding, ends_on, by)
    _noted(holding, by, "centres.post_left", f"{holding.name}离开{post}，自 {ends_on} 起空缺")
    return holding


def _end_grant(holding: PostHolding, ends_on: date, by: User) -> None:
    grant = holding.grant
    if grant is None or PostHolding.objects.current().filter(grant=grant).exists() or grant.has_ended(ends_on):
        return
    grant.ends_on = max(ends_on, grant.starts_on)
    grant.save(update_fields=["ends_on"])
    _noted_grant(grant, by, f"随离开{holding.post}收回，至 {grant.ends_on}")


def _noted(holding: PostHolding, by: User, action: str, summary: str) -> None:
    record(by=by, action=action, subject=holding, summary=summary, town_code=holding.post.town.code)
