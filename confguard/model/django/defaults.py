"""Django's own defaults (django/conf/global_settings.py of Django 5.2)."""

from __future__ import annotations

from typing import Any

from confguard.model.value import Known, Unknown, Value

_DEFAULTS: dict[str, Any] = {
    "ADMINS": [],
    "ALLOWED_HOSTS": [],
    "APPEND_SLASH": True,
    "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
    "AUTH_PASSWORD_VALIDATORS": [],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "CSRF_COOKIE_AGE": 31449600,
    "CSRF_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_HTTPONLY": False,
    "CSRF_COOKIE_NAME": "csrftoken",
    "CSRF_COOKIE_PATH": "/",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SECURE": False,
    "CSRF_FAILURE_VIEW": "django.views.csrf.csrf_failure",
    "CSRF_HEADER_NAME": "HTTP_X_CSRFTOKEN",
    "CSRF_TRUSTED_ORIGINS": [],
    "CSRF_USE_SESSIONS": False,
    "DATABASES": {},
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2621440,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1000,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
    "DEBUG": False,
    "DEFAULT_FROM_EMAIL": "webmaster@localhost",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "localhost",
    "EMAIL_PORT": 25,
    "EMAIL_USE_SSL": False,
    "EMAIL_USE_TLS": False,
    "FILE_UPLOAD_HANDLERS": [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ],
    "FILE_UPLOAD_MAX_MEMORY_SIZE": 2621440,
    "FORCE_SCRIPT_NAME": None,
    "INSTALLED_APPS": [],
    "INTERNAL_IPS": [],
    "LANGUAGE_CODE": "en-us",
    "LOGGING": {},
    "MANAGERS": [],
    "MEDIA_ROOT": "",
    "MEDIA_URL": "",
    "MIDDLEWARE": [],
    "PASSWORD_HASHERS": [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ],
    "PREPEND_WWW": False,
    "SECRET_KEY": "",
    "SECRET_KEY_FALLBACKS": [],
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    "SECURE_HSTS_PRELOAD": False,
    "SECURE_HSTS_SECONDS": 0,
    "SECURE_PROXY_SSL_HEADER": None,
    "SECURE_REDIRECT_EXEMPT": [],
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_SSL_HOST": None,
    "SECURE_SSL_REDIRECT": False,
    "SERVER_EMAIL": "root@localhost",
    "SESSION_CACHE_ALIAS": "default",
    "SESSION_COOKIE_AGE": 1209600,
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_NAME": "sessionid",
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_SECURE": False,
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": False,
    "SESSION_FILE_PATH": None,
    "SESSION_SAVE_EVERY_REQUEST": False,
    "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
    "SIGNING_BACKEND": "django.core.signing.TimestampSigner",
    "SILENCED_SYSTEM_CHECKS": [],
    "STATIC_ROOT": None,
    "STATIC_URL": None,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "TEMPLATES": [],
    "TIME_ZONE": "America/Chicago",
    "USE_TZ": True,
    "USE_X_FORWARDED_HOST": False,
    "USE_X_FORWARDED_PORT": False,
    "WSGI_APPLICATION": None,
    "X_FRAME_OPTIONS": "DENY",
    "ABSOLUTE_URL_OVERRIDES": {},
    "AUTH_USER_MODEL": "auth.User",
    "CACHE_MIDDLEWARE_ALIAS": "default",
    "CACHE_MIDDLEWARE_KEY_PREFIX": "",
    "CACHE_MIDDLEWARE_SECONDS": 600,
    "DATABASE_ROUTERS": [],
    "DATETIME_FORMAT": "N j, Y, P",
    "DATETIME_INPUT_FORMATS": [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%d %H:%M",
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M:%S.%f",
        "%m/%d/%Y %H:%M",
        "%m/%d/%y %H:%M:%S",
        "%m/%d/%y %H:%M:%S.%f",
        "%m/%d/%y %H:%M",
    ],
    "DATE_FORMAT": "N j, Y",
    "DATE_INPUT_FORMATS": [
        "%Y-%m-%d",
        "%m/%d/%Y",
        "%m/%d/%y",
        "%b %d %Y",
        "%b %d, %Y",
        "%d %b %Y",
        "%d %b, %Y",
        "%B %d %Y",
        "%B %d, %Y",
        "%d %B %Y",
        "%d %B, %Y",
    ],
    "DEBUG_PROPAGATE_EXCEPTIONS": False,
    "DECIMAL_SEPARATOR": ".",
    "DEFAULT_CHARSET": "utf-8",
    "DEFAULT_EXCEPTION_REPORTER": "django.views.debug.ExceptionReporter",
    "DEFAULT_EXCEPTION_REPORTER_FILTER": "django.views.debug.SafeExceptionReporterFilter",
    "DEFAULT_INDEX_TABLESPACE": "",
    "DEFAULT_TABLESPACE": "",
    "DISALLOWED_USER_AGENTS": [],
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_HOST_USER": "",
    "EMAIL_SSL_CERTFILE": None,
    "EMAIL_SSL_KEYFILE": None,
    "EMAIL_SUBJECT_PREFIX": "[Django] ",
    "EMAIL_TIMEOUT": None,
    "EMAIL_USE_LOCALTIME": False,
    "FILE_UPLOAD_DIRECTORY_PERMISSIONS": None,
    "FILE_UPLOAD_PERMISSIONS": 0o644,
    "FILE_UPLOAD_TEMP_DIR": None,
    "FIRST_DAY_OF_WEEK": 0,
    "FIXTURE_DIRS": [],
    "FORMAT_MODULE_PATH": None,
    "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
    "IGNORABLE_404_URLS": [],
    "LANGUAGES_BIDI": ["he", "ar", "ar-dz", "ckb", "fa", "ug", "ur"],
    "LANGUAGE_COOKIE_AGE": None,
    "LANGUAGE_COOKIE_DOMAIN": None,
    "LANGUAGE_COOKIE_HTTPONLY": False,
    "LANGUAGE_COOKIE_NAME": "django_language",
    "LANGUAGE_COOKIE_PATH": "/",
    "LANGUAGE_COOKIE_SAMESITE": None,
    "LANGUAGE_COOKIE_SECURE": False,
    "LOCALE_PATHS": [],
    "LOGGING_CONFIG": "logging.config.dictConfig",
    "LOGIN_REDIRECT_URL": "/accounts/profile/",
    "LOGIN_URL": "/accounts/login/",
    "LOGOUT_REDIRECT_URL": None,
    "MESSAGE_STORAGE": "django.contrib.messages.storage.fallback.FallbackStorage",
    "MIGRATION_MODULES": {},
    "MONTH_DAY_FORMAT": "F j",
    "NUMBER_GROUPING": 0,
    "PASSWORD_RESET_TIMEOUT": 259200,
    "SHORT_DATETIME_FORMAT": "m/d/Y P",
    "SHORT_DATE_FORMAT": "m/d/Y",
    "STATICFILES_DIRS": [],
    "STATICFILES_FINDERS": [
        "django.contrib.staticfiles.finders.FileSystemFinder",
        "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    ],
    "TEST_NON_SERIALIZED_APPS": [],
    "TEST_RUNNER": "django.test.runner.DiscoverRunner",
    "THOUSAND_SEPARATOR": ",",
    "TIME_FORMAT": "P",
    "TIME_INPUT_FORMATS": ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"],
    "USE_I18N": True,
    "USE_THOUSAND_SEPARATOR": False,
    "YEAR_MONTH_FORMAT": "F Y",
}
OTHER_DEFAULTS = frozenset(
    {"LANGUAGES", "DEFAULT_AUTO_FIELD", "FORMS_URLFIELD_ASSUME_HTTPS", "SIGNED_COOKIE_LEGACY_SALT_FALLBACK"}
)
"""Settings that have a default in some versions, which is not told here."""
_SINCE_6: dict[str, Any] = {"SECURE_CSP": {}, "SECURE_CSP_REPORT_ONLY": {}}
_CHANGED: dict[str, tuple[tuple[int, int], Any]] = {
    # setting: the version that brought today's default, and the default before it
    "DATA_UPLOAD_MAX_NUMBER_FILES": ((3, 2), None),
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": ((4, 0), None),
    "SECURE_REFERRER_POLICY": ((3, 1), None),
    "SECURE_CONTENT_TYPE_NOSNIFF": ((3, 0), False),
    "X_FRAME_OPTIONS": ((3, 0), "SAMEORIGIN"),
    "USE_TZ": ((5, 0), False),
}


def _version(text: str | None) -> tuple[int, int] | None:
    parts = (text or "").split(".")
    try:
        return int(parts[0]), int(parts[1]) if len(parts) > 1 else 0
    except ValueError:
        return None


def django_default(name: str, version: str | None = None) -> Value[Any] | None:
    """Return Django's default of a setting in a version ("5.2"); None where there is none.

    Without a version: the default of 5.2, or unknown where it changed after 4.2.
    """
    at = _version(version)
    if name in _SINCE_6:
        return Known(_SINCE_6[name]) if at is not None and at >= (6, 0) else None
    if name not in _DEFAULTS:
        return None
    if name in _CHANGED:
        since, before = _CHANGED[name]
        if at is not None and at < since:
            return Known(before)
        if at is None and since > (4, 2):
            return Unknown(
                f"Django changed the default of {name} in {since[0]}.{since[1]}, and its version is not known"
            )
    return Known(_DEFAULTS[name])
