"""What every page's shell needs."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """`is_demo`, `elder`, `unread` for base.html."""
    return {}
