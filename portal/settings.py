"""The one settings file: everything that differs between machines comes from the environment.

Without any environment the portal runs for development: SQLite and a secret key in `var/`, this
machine's own addresses only. As soon as `ALLOWED_HOSTS` names another host it is *in service*: then
what a service needs must be set, and what is missing is named here, at start.
"""

import base64
import datetime
import hashlib
import ipaddress
import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()

# Where it runs ---------------------------------------------------------------------------------

LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK_HOSTS)
IN_SERVICE = not set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS)
DEBUG = env.bool("DEBUG", default=False)


def required_in_service(name: str, why: str) -> None:
    """Stop at start when a service lacks the variable `name`, saying what it is for."""
    if IN_SERVICE and not env.str(name, default=""):
        raise ImproperlyConfigured(
            f"{name} is not set. ALLOWED_HOSTS names a public host, so the portal is in service and needs {why}."
        )


def switch(name: str, default: bool) -> bool:
    """The variable `name` as on or off; a word that is neither stops the start, so that no slip turns safety off."""
    text = env.str(name, default="").strip().lower()
    if text and text not in (*env.BOOLEAN_TRUE_STRINGS, "off", "false", "no", "n", "0"):
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}.")
    return text in env.BOOLEAN_TRUE_STRINGS if text else default


def development_key() -> str:
    """The secret key of this checkout: made once, kept in `var/`, never used in service."""
    file = VAR_DIR / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64))
    return file.read_text()


def derived_key(secret: str) -> str:
    """A key for personal facts in development, from the secret key."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"data {secret}".encode()).digest()).decode()


required_in_service("SECRET_KEY", "a long random SECRET_KEY of its own")
required_in_service("DATABASE_URL", "DATABASE_URL=postgres://user:password@host:5432/name")
if IN_SERVICE and DEBUG:
    raise ImproperlyConfigured("DEBUG must be off in service: its error pages show the program's inside.")

SECRET_KEY = env.str("SECRET_KEY", default="") or development_key()

# Personal facts of records: the keys that seal them, the newest first, and the key of the hashes that find them.
# Made with `manage.py make_data_key`; `manage.py rotate_data_keys` seals everything with the newest.
required_in_service(
    "PORTAL_DATA_KEYS",
    "keys for the personal facts of records: ALLOWED_HOSTS= manage.py make_data_key prints one",
)
required_in_service("PORTAL_HASH_KEY", "a long random PORTAL_HASH_KEY, by which records are found again")
DATA_KEYS = env.list("PORTAL_DATA_KEYS", default=[]) or [derived_key(SECRET_KEY)]
HASH_KEY = env.str("PORTAL_HASH_KEY", default="") or SECRET_KEY

# The province, and the day ---------------------------------------------------------------------

# The day the portal shows; empty means the real one. `portal.clock.today()` is the only reader.
PORTAL_TODAY: datetime.date | None = None
if env.str("PORTAL_TODAY", default=""):
    try:
        PORTAL_TODAY = datetime.date.fromisoformat(env.str("PORTAL_TODAY"))
    except ValueError as error:
        raise ImproperlyConfigured(f"PORTAL_TODAY must be a day like 2024-08-28: {error}") from None

PORTAL_NAME = env.str("PORTAL_NAME", default="Trung tâm Phục vụ hành chính công tỉnh Bắc Giang")
PORTAL_NAME_EN = env.str("PORTAL_NAME_EN", default="Bac Giang Provincial Public Administration Service Center")
PORTAL_PROVINCE = env.str("PORTAL_PROVINCE", default="Bắc Giang")
PORTAL_ADDRESS = env.str("PORTAL_ADDRESS", default="")
PORTAL_HOTLINE = env.str("PORTAL_HOTLINE", default="")
PORTAL_EMAIL = env.str("PORTAL_EMAIL", default="")
# The national portal: where a procedure with a national code is applied for.
PORTAL_NATIONAL_URL = env.str("PORTAL_NATIONAL_URL", default="https://dichvucong.gov.vn")
PORTAL_NATIONAL_PROCEDURE_URL = env.str(
    "PORTAL_NATIONAL_PROCEDURE_URL",
    default="https://dichvucong.gov.vn/p/home/dvc-tthc-thu-tuc-hanh-chinh-chi-tiet.html?ma_thu_tuc={code}",
)

# The citizen's look-up (`records/lookup.py`): attempts that may fail in a quarter of an hour, from one address and
# with one code; and the number of codes that fail in that time above which the staff is alarmed.
PORTAL_LOOKUP_LIMIT_ADDRESS = env.int("PORTAL_LOOKUP_LIMIT_ADDRESS", default=20)
PORTAL_LOOKUP_LIMIT_CODE = env.int("PORTAL_LOOKUP_LIMIT_CODE", default=10)
PORTAL_LOOKUP_ALARM = env.int("PORTAL_LOOKUP_ALARM", default=100)
# Addresses or networks without a limit of their own: the kiosks, which many people use. 10.0.5.0/28,203.0.113.7
try:
    PORTAL_LOOKUP_EXEMPT = [ipaddress.ip_network(text) for text in env.list("PORTAL_LOOKUP_EXEMPT", default=[])]
except ValueError as error:
    raise ImproperlyConfigured(f"PORTAL_LOOKUP_EXEMPT must be addresses or networks: {error}") from None
# Seconds after which a process writes the searches that it has counted (`procedures/learning/counting.py`).
PORTAL_COUNT_SECONDS = env.int("PORTAL_COUNT_SECONDS", default=5)
# Years after which the personal facts of a closed record may be erased (`manage.py erase_records`).
PORTAL_RETENTION_YEARS = env.int("PORTAL_RETENTION_YEARS", default=5)

# Results that are signed and sealed (`records/signatures/`): the folder of the authorities that are trusted and of
# their lists of revoked certificates, the TOML file that names the keys, and a service of timestamps. Without the
# first two the project's own authority signs, for demonstration only; `manage.py check --deploy` refuses that.
PORTAL_TRUST = env.str("PORTAL_TRUST", default="")
PORTAL_KEYS = env.str("PORTAL_KEYS", default="")
if bool(PORTAL_TRUST) != bool(PORTAL_KEYS):
    raise ImproperlyConfigured("PORTAL_TRUST and PORTAL_KEYS belong together: set both or neither.")
PORTAL_TIMESTAMP_URL = env.str("PORTAL_TIMESTAMP_URL", default="")
if PORTAL_TIMESTAMP_URL and not PORTAL_TIMESTAMP_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"PORTAL_TIMESTAMP_URL must be a web address, not {PORTAL_TIMESTAMP_URL!r}.")
DEMONSTRATION_AUTHORITY = VAR_DIR / "demonstration-authority"
LARGEST_RESULT = 20_000_000  # bytes

# Whether a load of the catalogue takes effect only when somebody else than who brought it confirms it.
PORTAL_SECOND_PERSON = switch("PORTAL_SECOND_PERSON", default=False)

# Applications ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "procedures",  # first: its `loaddata` wraps Django's
    "organisation",
    "records",
    "portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.DatabaseAway",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "organisation.middleware.SessionsEnd",
    "portal.middleware.ClosedUnlessPublic",
    "organisation.middleware.CodeRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Data ------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
database = DATABASES["default"]
if database["ENGINE"] == "django.db.backends.postgresql":
    # Without the time-out a database that is away blocks every request for 30 seconds; with the short
    # reconnect time-out each request tries anew, so that the portal is back as soon as the database is.
    database["OPTIONS"] = {
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=8),
            "timeout": 2,
            "reconnect_timeout": 1,
        },
        "connect_timeout": 2,
        **database.get("OPTIONS", {}),
    }
    database["CONN_MAX_AGE"] = 0
    database["CONN_HEALTH_CHECKS"] = True
else:
    # IMMEDIATE: two transactions that read and then write would otherwise fail with "locked".
    database["CONN_MAX_AGE"] = None  # opening a file and teaching it Django's functions takes a millisecond
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
# Pages of the public catalogue, kept until it changes (`procedures/conditional.py`): some 60 kB each.
CACHES = {
    # Pages of some 60 KB, and lists of suggestions of some 2 KB.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 250}},
    "fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
    # Pages of the statistics: up to 200 KB, and as many as there are questions.
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# E-mail --------------------------------------------------------------------------------------

# smtp+tls://user:password@host:587; without it messages are printed, with the addresses they go to.
email = env.email("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = email["EMAIL_HOST"], email["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = email["EMAIL_HOST_USER"], email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = email.get("EMAIL_USE_TLS", False), email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds; a server that does not answer must not hold up the others' messages
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="") or PORTAL_EMAIL or "portal@localhost"

# People ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisation.User"
# Axes first: it refuses whoever is locked out before any password is looked at.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "organisation.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
# Sessions end after half an hour without a request, with the browser, and after a working day
# (`organisation/sessions.py`).
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_LONGEST = 12 * 60 * 60

# The one-time code after the password (`organisation/two_factor.py`). Off where the passwords are printed anyway.
PORTAL_TWO_FACTOR = switch("PORTAL_TWO_FACTOR", default=IN_SERVICE)
OTP_TOTP_ISSUER = f"Hành chính công {PORTAL_PROVINCE}"  # the portal's name in the app; short, for a coarse QR code
OTP_TOTP_SYNC = False  # phones take their time from the network: the step before and the next are leeway enough

# Lock-out after failed sign-ins (`organisation/lockout.py`), by account and address together: an address is
# shared by a whole office, and nobody from elsewhere can lock somebody out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or whoever keeps trying locks the owner out for ever
AXES_LOCKOUT_CALLABLE = "organisation.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "organisation.address.client_address"
AXES_USERNAME_CALLABLE = "organisation.lockout.account_key"
# Nothing personal is kept or logged beside the count.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "next", "csrfmiddlewaretoken"]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False

# Language and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# Files -----------------------------------------------------------------------------------------


def results_storage() -> dict[str, Any]:
    """Where the files of results lie: a private folder, or a bucket of a storage that speaks S3.

    `PORTAL_RESULTS_S3` is its address, https://host/bucket; the key comes from AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, as every program for such storages has it.
    """
    address = env.str("PORTAL_RESULTS_S3", default="").rstrip("/")
    if not address:
        folder = env.path("PORTAL_RESULTS", default=VAR_DIR / "results")
        return {"BACKEND": "records.results.storage.LocalStorage", "OPTIONS": {"location": str(folder)}}
    from botocore.config import Config  # takes a while, and most portals need none

    host, _slash, bucket = address.rpartition("/")
    if not (host.startswith(("https://", "http://")) and host.count("/") == 2 and bucket):
        raise ImproperlyConfigured("PORTAL_RESULTS_S3 must be the address of a bucket like https://host/bucket.")
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "endpoint_url": host,
        "default_acl": "private",
        "file_overwrite": True,
    }
    # A step holds the lock of its record meanwhile.
    options["client_config"] = Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2})
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In service files carry their hash in the name and are compressed once, by `collectstatic`.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_SERVICE
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "results": results_storage(),
}
WHITENOISE_USE_FINDERS = not IN_SERVICE

# Safety ----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its arrows and ticks as data: images
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
X_FRAME_OPTIONS = "DENY"
# Of one request, in bytes: the largest load of the catalogue (`procedures/loads.py`) and what the form adds.
LARGEST_UPLOAD = 21_000_000
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CSRF_FAILURE_VIEW = "portal.errors.forbidden"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_SERVICE
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked by the machine itself, without TLS
if IN_SERVICE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]

# Log -------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},  # below that it tells of its housekeeping at each sign-in
        # Below that they tell of each page and typeface of a report.
        "weasyprint.progress": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # It tells of every certificate that it does not trust, with the name of its owner.
        "pyhanko": {"level": "CRITICAL"},
        "pyhanko_certvalidator": {"level": "CRITICAL"},
    },
}
