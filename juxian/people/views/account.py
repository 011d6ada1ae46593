"""Signing in and out, the own account, and opening it with a slip."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from juxian.audit import log
from juxian.people.access import signed_in
from juxian.people.actions import activate, change_own_password
from juxian.people.backends import too_many_from
from juxian.people.codes import origin_digest
from juxian.people.forms import ActivateForm, PasswordForm, SignInForm
from juxian.people.lockout import locked_page
from juxian.people.models import User

BACKEND = "juxian.people.backends.PortalBackend"
WRONG = "登录名或密码不对。忘了密码，请找镇街干事打印一张开通条。"


def door(user: User) -> str:
    """The path of the page a user starts from."""
    if user.is_county or user.is_auditor or user.is_inspector:
        return reverse("home")
    if user.is_clerk:
        return reverse("desk")
    return reverse("me") if user.member_or_none else reverse("home")


def local_path(request: HttpRequest, fallback: str) -> str:
    """`next` when it stays on this host, else `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here and wanted.startswith("/") else fallback


@login_not_required
@never_cache
@sensitive_post_parameters("username", "password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One page and one lockout for everybody, the county's admin included."""
    if isinstance(request.user, User):
        return redirect(door(request.user))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        if too_many_from(request):
            return locked_page(request)
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            with transaction.atomic():
                login(request, user)
                log.record(by=user, action="people.signed_in", subject=user, summary="登录")
            return redirect("people:account" if user.must_change_password else local_path(request, door(user)))
        form.add_error(None, WRONG)
    return render(request, "people/sign_in.html", {"form": form, "next": local_path(request, "")})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


@never_cache
@sensitive_post_parameters("old_password", "new_password", "new_password_again")
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, rights, password; the only page open to a one-time password."""
    user = signed_in(request)
    form = PasswordForm(request.POST or None, user=user)
    if form.is_valid():
        change_own_password(by=user, password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, user)
        messages.success(request, "密码改好了。别的设备上的登录已经退出。")
        return redirect(door(user))
    works, member = bool(user.active_grants), user.member_or_none
    ctx = {"nav": "account", "form": form, "member": member, "works": works, "door": door(user)}
    return render(request, "people/account_me.html" if member and not works else "people/account_town.html", ctx)


@require_POST
def elder_switch(request: HttpRequest) -> HttpResponse:
    """Larger type on, or off again."""
    user = signed_in(request)
    user.elder_mode = not user.elder_mode
    user.save(update_fields=["elder_mode"])
    return redirect(local_path(request, door(user)))


@login_not_required
@never_cache
@sensitive_post_parameters("code", "new_password", "new_password_again")
@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest) -> HttpResponse:
    """With the code of a slip: set a password and be signed in."""
    form = ActivateForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            user = activate(
                code=form.cleaned_data["code"],
                name=form.cleaned_data["name"],
                password=form.cleaned_data["new_password"],
                origin=origin_digest(request),
            )
        except ValidationError as refusal:
            status = _refuse(form, refusal)
        else:
            login(request, user, backend=BACKEND)
            messages.success(request, f"开通好了。您的登录名是 {user.username}，请记下来。")
            return redirect(door(user))
    return render(request, "people/activate.html", {"form": form}, status=status)


def _refuse(form: ActivateForm, refusal: ValidationError) -> int:
    """Put the refusal where it belongs: what is wrong with the password beside it, the rest on top."""
    codes = {error.code for error in refusal.error_list}
    form.add_error(None if codes & {"slip", "slow"} else "new_password", refusal)
    return 429 if "slow" in codes else 200
