"""WSGI entry for granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")

application = get_wsgi_application()

from juxian.checks import stop_on_wrong_keys  # noqa: E402 Django is set up now

stop_on_wrong_keys()

gc.collect()
gc.freeze()  # what is loaded by now stays, so the collector need not look at it again
gc.set_threshold(50_000, 20, 20)  # a page makes many objects and few cycles
