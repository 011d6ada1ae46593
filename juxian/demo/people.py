"""Users, branches and members of the demo county."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from stdnum.cn.ric import calc_check_digit

from juxian.county.load import rows
from juxian.demo.plot import Plot, save_all
from juxian.demo.words import EDUCATION, GIVEN, JOBS, OUTFLOW
from juxian.people.models import Branch, Grant, Member, Town, User

Post = Member.Post
PER_BRANCH = 14
SMALLEST_TOWN = 300
EXTRA_BRANCHES = (
    ("机关第一党支部", Branch.Kind.OFFICE),
    ("非公企业联合党支部", Branch.Kind.PRIVATE_FIRM),
    ("社会组织联合党支部", Branch.Kind.SOCIAL),
)
COMMITTEE = (Post.SECRETARY, Post.DEPUTY, Post.ORGANISATION, Post.PUBLICITY, Post.DISCIPLINE)
HERO_TOWN = "371327102"


def id_number(birth: date, number: int, *, male: bool) -> str:
    """An ID number with a right check digit in the impossible area 000000; the 17th digit says the sex."""
    body = f"000000{birth:%Y%m%d}{number % 500 * 2 + male:03d}"
    return body + str(calc_check_digit(body + "0"))


def _unused(plot: Plot, birth: date, number: int, *, male: bool) -> str:
    """The first number of that day nobody in this county has."""
    while (found := id_number(birth, number, male=male)) in plot.numbers:
        number += 1
    plot.numbers.add(found)
    return found


def make_users(plot: Plot) -> None:
    """The sign-ins of the demo with their grants, all with the one password."""
    wanted = [
        ("county", "示例主任", Grant.Kind.COUNTY, None),
        ("county-2", "示例副主任", Grant.Kind.COUNTY, None),
        ("inspector", "示例检查员", Grant.Kind.INSPECTOR, None),
        ("auditor", "示例审计员", Grant.Kind.AUDITOR, None),
        ("lecturer", "示例甲子", None, None),
        ("judge", "示例评委", None, None),
        ("member", "示例甲", None, None),
    ]
    clerks = [(f"clerk-{town.code}", f"{town.name}示例干事", Grant.Kind.CLERK, town) for town in plot.towns]
    for username, name, kind, town in [*wanted, *clerks]:
        user = User.objects.create(username=username, name=name, password=plot.password)
        plot.users[username] = user
        if kind:
            Grant.objects.create(user=user, kind=kind, town=town, starts_on=plot.day(-400), reason="演示")
    User.objects.update(created_at=plot.moment(plot.day(-400)))


def place_name(committee: str) -> str:
    """甲子山村村民委员会 → 甲子山村, 福祥社区居民委员会 → 福祥社区."""
    stem = committee.removesuffix("村民委员会").removesuffix("居民委员会")
    return stem if stem.endswith(("村", "社区")) else f"{stem}村"


def make_branches(plot: Plot) -> dict[int, list[Branch]]:
    """One branch a village or community, and three others a town."""
    by_code = {town.code: town for town in plot.towns}
    made: list[Branch] = []
    for row in rows("villages.csv"):
        kind = Branch.Kind.COMMUNITY if "社区" in row["name"] else Branch.Kind.RURAL
        made.append(Branch(town=by_code[row["town_code"]], name=f"{place_name(row['name'])}党支部", kind=kind))
    for town in plot.towns:
        made += [Branch(town=town, name=f"{town.name}{name}", kind=kind) for name, kind in EXTRA_BRANCHES]
    _tell_apart(made)
    grouped: dict[int, list[Branch]] = {}
    for branch in save_all(Branch, made):
        grouped.setdefault(branch.town_id, []).append(branch)
    return grouped


def _tell_apart(branches: list[Branch]) -> None:
    """Number the names that repeat inside one town."""
    seen: Counter[tuple[int, str]] = Counter()
    for branch in branches:
        seen[branch.town_id, branch.name] += 1
        number = seen[branch.town_id, branch.name]
        if number > 1:
            branch.name = branch.name.replace("党支部", f"第{number}党支部")


def _names() -> Iterator[str]:
    """示例安柏, 示例安川 … without end; the third round adds a third character."""
    tails = [""]
    while True:
        for tail in tails:
            for first in GIVEN:
                for second in GIVEN:
                    yield f"示例{first}{second}{tail}"
        tails = list(GIVEN)


def make_members(plot: Plot, branches: dict[int, list[Branch]]) -> None:
    """About 5,000 people: committees first, then ordinary members with every status there is."""
    names = _names()
    made: list[Member] = []
    for town in plot.towns:
        own = branches[town.pk]
        size = max(SMALLEST_TOWN, PER_BRANCH * len(own)) * plot.scale
        sizes = plot.shares(size, [plot.random.uniform(0.8, 1.2) for _ in own])
        for branch, people in zip(own, sizes, strict=True):
            made += [_member(plot, branch, next(names), place, len(made) + place) for place in range(people)]
    _cast_hero(plot, made)
    for member in save_all(Member, made):
        plot.members.setdefault(member.branch.town_id, []).append(member)


def _member(plot: Plot, branch: Branch, name: str, place: int, number: int) -> Member:
    draw = plot.random.random
    male = draw() < 0.66
    post = COMMITTEE[place] if place < len(COMMITTEE) else Post.GROUP_LEADER if place < 7 else Post.NONE
    age = plot.random.randint(32, 58) if place < len(COMMITTEE) else plot.random.randint(22, 82)
    birth = plot.at - timedelta(days=age * 365 + plot.random.randint(0, 364))
    kind = Member.Kind.PROBATIONARY if post == Post.NONE and age < 50 and draw() < 0.05 else Member.Kind.FULL
    joined = max(birth + timedelta(days=20 * 365), plot.at - timedelta(days=plot.random.randint(800, 9000)))
    floating = post == Post.NONE and draw() < 0.06
    if kind == Member.Kind.PROBATIONARY:
        joined = plot.day(-plot.random.randint(30, 330))
    return Member(
        branch=branch,
        name=name,
        gender=Member.Gender.MALE if male else Member.Gender.FEMALE,
        ethnicity="汉族",
        id_number=_unused(plot, birth, number, male=male),
        birth_date=birth,
        education=plot.random.choice(EDUCATION),
        kind=kind,
        join_date=joined,
        full_member_date=joined + timedelta(days=365) if kind == Member.Kind.FULL else None,
        job_position=plot.random.choice(JOBS),
        mobile=f"1990000{number % 10000:04d}",
        is_floating=floating,
        outflow_place=plot.random.choice(OUTFLOW) if floating else "",
        party_post=post,
        post_since=plot.day(-plot.random.randint(60, 1500)) if post not in (Post.NONE, Post.GROUP_LEADER) else None,
        field=branch.kind,
        is_exempt=post == Post.NONE and (age >= 75 or draw() < 0.03),
        is_demo=True,
    )


def _cast_hero(plot: Plot, members: list[Member]) -> None:
    """The secretary of one branch signs in as `member`."""
    hero = next(m for m in members if m.branch.town.code == HERO_TOWN and m.party_post == Post.SECRETARY)
    hero.name = plot.users["member"].name
    hero.user = plot.users["member"]
    plot.hero = hero


def load_people(plot: Plot) -> None:
    """Users, branches, members."""
    plot.towns = list(Town.objects.active(plot.at))
    make_users(plot)
    make_members(plot, make_branches(plot))
