"""All settings in one file, read strictly from the environment; nonsense stops the start.

Without any environment: SQLite, Celery on a filesystem broker, console mail, 127.0.0.1 only.
`PRODUCTION=1`: nothing is made up; a missing or weak value stops the start with a sentence saying which.
"""

import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from juxian.keys import local_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret(name: str) -> str:
    value: str = env.str(name, default="")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"PRODUCTION=1 时必须设置环境变量 {name}，当前为空。")
    return local_keys(VAR_DIR / "keys.env")[name]


SECRET_KEY = _secret("SECRET_KEY")
FIELD_KEYS = _secret("FIELD_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION:
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
        raise ImproperlyConfigured("PRODUCTION=1 时 SECRET_KEY 至少 50 个字符，且不能是示例值。")
    if not ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured("PRODUCTION=1 时必须在 ALLOWED_HOSTS 中写明域名，不能为空，也不能用 * 或 . 开头。")
    if SECRET_KEY in FIELD_KEYS:
        raise ImproperlyConfigured("PRODUCTION=1 时 SECRET_KEY 和 FIELD_KEYS 不能相同。")
    if env.str("DEMO_PASSWORD", default=""):
        raise ImproperlyConfigured("PRODUCTION=1 时没有演示账号，请去掉环境变量 DEMO_PASSWORD。")
    if DEBUG:
        raise ImproperlyConfigured("PRODUCTION=1 时不能打开 DEBUG。")
    if not env.str("DATABASE_URL", default=""):
        raise ImproperlyConfigured("PRODUCTION=1 时必须设置环境变量 DATABASE_URL，当前为空。")
    if not env.str("REDIS_URL", default=""):
        raise ImproperlyConfigured("PRODUCTION=1 时必须设置环境变量 REDIS_URL，当前为空。")

INSTALLED_APPS = [
    "juxian.audit",
    "juxian.files",
    "juxian.rules",
    "juxian.obligations",
    "juxian.people",
    "juxian.messages",
    "centres",
    "lecturers",
    "courses",
    "trainings",
    "assessments",
    "juxian",
    "juxian.people.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "juxian.people.middleware.PrivatePages",
    "juxian.middleware.WordsForNotAllowed",
    "juxian.people.middleware.PasswordFirst",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "juxian.urls"
WSGI_APPLICATION = "juxian.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "juxian.context.shell",
            ],
        },
    },
]

# Database -----------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'junan.sqlite3'}"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60  # opening one costs as much as half a page
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People who sign in -------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "juxian.people.backends.PortalBackend",
]
PASSWORD_HASHERS = [
    "juxian.people.hashers.PortalArgon2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "juxian.people.passwords.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "juxian.people.passwords.OwnDetailsValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_ENGINE = "juxian.people.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 24  # hours until wrong tries are forgotten; how long they lock: juxian/people/lockout.py
AXES_HANDLER = "juxian.people.lockout.GrowingLock"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "juxian.people.lockout.locked_page"
AXES_CLIENT_IP_CALLABLE = "juxian.people.lockout.client_address"
PROXIES = env.int("PROXIES", default=1 if PRODUCTION else 0)  # own servers in front, each adding to X-Forwarded-For
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "juxian.people.backends.axes_username"
AXES_SENSITIVE_PARAMETERS = ["username", "password", "code"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Files --------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "juxian.files.uploads.TidyUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Who runs this site: words of the footer, filled in by the county -----------------------------------
SITE_OWNER = env.str("SITE_OWNER", default="主办单位由县里填写")
SITE_FILING = env.str("SITE_FILING", default="备案号由县里填写")
# Printed on certificates; unset: the address the page was asked by, or this machine where nobody asks (commands)
SITE_ADDRESS = env.str("SITE_ADDRESS", default="")
PORT = env.int("PORT", default=8000)

# Headers ------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# Mail ---------------------------------------------------------------------------------------------
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
OUTBOUND_CHANNELS = env.list("OUTBOUND_CHANNELS", default=["email"])  # copies of inbox messages
SMS_URL = env.str("SMS_URL", default="")  # the county's SMS relay; unset: files below VAR_DIR/sms
SMS_TOKEN = env.str("SMS_TOKEN", default="")
if unknown := set(OUTBOUND_CHANNELS) - {"email", "sms", "console"}:
    raise ImproperlyConfigured(f"OUTBOUND_CHANNELS 只能是 email、sms、console，不认识：{'、'.join(sorted(unknown))}。")
if PRODUCTION and "sms" in OUTBOUND_CHANNELS and not (SMS_URL.startswith("https://") and SMS_TOKEN):
    raise ImproperlyConfigured("PRODUCTION=1 时要发短信，须设置 https 的 SMS_URL 和 SMS_TOKEN。")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="junan@localhost")

# Celery: only wakes the sweep ---------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 250_000  # KB; a child above it is replaced after its task
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is away for hours must not end the worker
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_WORKER_PREFETCH_MULTIPLIER = 1
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    for _name in ("queue", "control", "processed"):
        (BROKER_DIR / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_WORKER_PREFETCH_MULTIPLIER = 4
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "polling_interval": 0.2,
    }
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=30)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "juxian.obligations.tasks.sweep",
        "schedule": float(SWEEP_SECONDS),
        "options": {"expires": SWEEP_SECONDS},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# Logs go to standard error ------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"refusals": {"()": "juxian.log_lines.OneLineRefusals"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "plain",
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "kombu.connection": {"level": "ERROR"},  # it misses a host name, which the filesystem broker has not
        "axes": {"level": "WARNING"},  # three lines at every sign-in
    },
}
