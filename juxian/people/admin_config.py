"""Installs the portal's own admin site as `admin.site`. Apart from apps.py, which may hold one config only."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with our sign-in."""

    default_site = "juxian.people.admin_site.PortalAdminSite"
