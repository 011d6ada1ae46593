"""WSGI entry for granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

application = get_wsgi_application()

from juxian.checks import stop_on_wrong_keys  # noqa: E402 Django is set up now

stop_on_wrong_keys()
