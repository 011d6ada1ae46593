"""The county's admin: signs in through the portal's own page, under the same lockout."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST


class PortalAdminSite(admin.AdminSite):
    """Who is signed in but no county staff gets 403; passwords are changed on the account page."""

    site_header = "莒南党员培训 · 县级管理"
    site_title = "县级管理"
    index_title = "管理目录"
    empty_value_display = "—"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Django's groups give nobody anything here (access is grants), so they get no page."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.label != "auth.Group"], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        if request.user.is_authenticated and not super().has_permission(request):
            raise PermissionDenied("county staff and auditors only")
        return super().has_permission(request)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Hand over to the portal's sign-in page."""
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next", "/admin/"))

    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        logout(request)
        return redirect("login")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("people:account")
