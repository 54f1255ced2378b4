"""Settings, read from the environment (.env.example names them all); `manage.py check` tells what is wrong."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from campaign import environment
from campaign.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load_file(Path(env.str("ENV_FILE", default=str(BASE_DIR / ".env"))))
VAR_DIR = environment.folder("VAR_DIR", default=BASE_DIR / "var")

# --- What the operator says ---------------------------------------------------------------------------------

DEBUG = environment.boolean("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or "missing, see the system checks"
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SEAL_KEYS = env.list("SEAL_KEYS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Undersigned")
DATABASE_URL_DEFAULT = f"sqlite:///{VAR_DIR / 'undersigned.sqlite3'}"
REDIS_URL = env.str("REDIS_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Undersigned <letters@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
TRUST_PROXY = environment.boolean("TRUST_PROXY", default=False)

_site = urlsplit(SITE_URL)
_secure = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname or "localhost"])
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

# --- The house ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "campaign",
    "letters",
    "signatures",
    "deliveries",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_countries",
]

# Sessions and sign-in are lazy: a public page never asks for them, so it carries no cookie and no Vary: Cookie.
MIDDLEWARE = [
    "campaign.middleware.log_access",
    "campaign.middleware.forget_what_is_not_there",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "campaign.middleware.desk_language",
    "csp.middleware.CSPMiddleware",
    "campaign.middleware.refuse_large_body",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
DESK_PATHS = ("/desk/", "/accounts/")

ROOT_URLCONF = "campaign.urls"
WSGI_APPLICATION = "campaign.wsgi.application"
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
                "campaign.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database, cache ----------------------------------------------------------------------------------------

DATABASES = {"default": environment.database("DATABASE_URL", default=DATABASE_URL_DEFAULT)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 300
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    # Whole public pages, each for a second, in the memory of the process that made them.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 400},
    },
}
PAGE_SECONDS = 1
# By one process, of its four threads (granian's --blocking-threads).
DOWNLOADS_AT_ONCE = 2

# --- Queue --------------------------------------------------------------------------------------------------

QUEUE_DIR = VAR_DIR / "queue"
CELERY_BROKER_URL = REDIS_URL or "files://localhost"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800, "socket_connect_timeout": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
QUEUES = ("confirmation", "delivery", "bulk", "housekeeping")
CELERY_TASK_ROUTES = {
    "signatures.tasks.send_owed_mail": {"queue": "confirmation"},
    "deliveries.tasks.*": {"queue": "delivery"},
    "signatures.tasks.build_documents": {"queue": "bulk"},
    "letters.tasks.send_owed_mail": {"queue": "delivery"},
    "signatures.tasks.send_due_reminders": {"queue": "delivery"},
    "letters.tasks.run_jobs": {"queue": "bulk"},
}


def _every(task: str, seconds: float) -> dict:
    # A tick that nobody took in time is worth nothing: the next one does the same.
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}


CELERY_BEAT_SCHEDULE = {
    "mail owed to signers": _every("signatures.tasks.send_owed_mail", 1),
    "tallies": _every("signatures.tasks.fold_tallies", 1),
    "letters due to open or close": _every("deliveries.tasks.keep_time", 2),
    "deliveries owed": _every("deliveries.tasks.send_deliveries", 3),
    "mail owed by coalitions": _every("letters.tasks.send_owed_mail", 3),
    "reminders due in the sign-on rooms": _every("signatures.tasks.send_due_reminders", 3),
    "jobs": _every("letters.tasks.run_jobs", 5),
    "documents": _every("signatures.tasks.build_documents", 10),
    "recount": _every("signatures.tasks.recount_tallies", 24 * 3600),
    "retention": _every("signatures.tasks.destroy_expired", 3600),
}
# How long a claimed row is left alone before its worker is taken for dead, in seconds.
MAIL_LEASE = environment.number("MAIL_LEASE", default=120)
DELIVERY_LEASE = environment.number("DELIVERY_LEASE", default=300)
# For how long a decision on a signature can be undone before its mail goes out, in seconds.
UNDO_SECONDS = environment.number("UNDO_SECONDS", default=120)

# --- Mail ---------------------------------------------------------------------------------------------------

EMAIL_TIMEOUT = 20
_mail = environment.parse(
    "EMAIL_URL",
    env.email_url,
    default=f"filemail://{VAR_DIR / 'mail'}",
    hint="smtp+tls://user:password@host:587",
)
vars().update(_mail)
MAIL_DIR = VAR_DIR / "mail"
if EMAIL_BACKEND.endswith("filebased.EmailBackend"):  # type: ignore[name-defined]  # noqa: F821
    EMAIL_FILE_PATH = str(MAIL_DIR)
EMAIL_USE_LOCALTIME = False

# --- Languages and time -------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("ur", _("Urdu"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["campaign.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Signing in ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "letters.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "letters.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
# Behind a proxy everybody would share its address, and one guesser would lock the whole desk out.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A reset is mailed to whatever address is typed, so that it tells nobody who is a member; a few times a day.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/d/key",
}
# The second factor. A passkey stands beside the password, not in its place.
MFA_ADAPTER = "letters.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "letters.code_forms.SignInCodeForm",
    "reauthenticate": "letters.code_forms.ConfirmCodeForm",
}
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds by which a phone's clock may be off (RFC 6238, 5.2)
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers offer passkeys without https on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Security -----------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if _secure else []
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Files --------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
DOCUMENTS_DIR = VAR_DIR / "documents"

# --- Logs: no address, no IP, no token ----------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "campaign.redaction.RedactFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # The worker's ticks, several a second, would drown what matters.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
