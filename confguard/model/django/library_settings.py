"""Settings with the name of a library's, and whether that library reads them.

The names are those of django-axes 5.41, 7.0, 8.0 and 8.3 (axes/conf.py, with what axes/checks.py calls
deprecated, and the names of 4.x), django-cors-headers 4.9 (corsheaders/conf.py, with the older names), and
djangorestframework-simplejwt 5.5 (rest_framework_simplejwt/settings.py: DEFAULTS and REMOVED_SETTINGS, with
the hooks for logins that came later), and djangorestframework 3.16 (rest_framework/settings.py: DEFAULTS and
REMOVED_SETTINGS, with names of 2.x).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.django.settings import Settings
from confguard.model.django.values import Entries, elements
from confguard.model.value import Known
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Library:
    """A library with the beginning of its settings' names, and those that any release of it reads."""

    name: str
    package: str
    prefix: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A setting that nothing reads; ``meant`` is the library's that it resembles, or ``""``."""

    name: str
    span: Span
    meant: str
    in_force: bool
    """Whether the settings have it, and the library is installed, under this environment."""


def _names(prefix: str, text: str) -> frozenset[str]:
    return frozenset(prefix + word for word in text.split())


LIBRARIES = (
    Library("django-axes", "axes", "AXES_", _names("AXES_", """
        ACCESS_FAILURE_LOG_PER_USER_LIMIT ALLOWED_CORS_ORIGINS BACKEND BEHIND_REVERSE_PROXY CACHE
        CLIENT_IP_CALLABLE CLIENT_STR_CALLABLE COOLOFF_MESSAGE COOLOFF_TIME DISABLE_ACCESS_LOG
        DISABLE_SUCCESS_ACCESS_LOG ENABLED ENABLE_ACCESS_FAILURE_LOG ENABLE_ADMIN FAILURE_LIMIT HANDLER
        HTTP_RESPONSE_CODE IPWARE_META_PRECEDENCE_ORDER IPWARE_PROXY_COUNT IPWARE_PROXY_ORDER
        IPWARE_PROXY_TRUSTED_IPS IP_BLACKLIST IP_WHITELIST LOCKOUT_CALLABLE LOCKOUT_PARAMETERS
        LOCKOUT_TEMPLATE LOCKOUT_URL LOCK_OUT_AT_FAILURE LOCK_OUT_BY_COMBINATION_USER_AND_IP
        LOCK_OUT_BY_USER_OR_IP LOGGER META_PRECEDENCE_ORDER NEVER_LOCKOUT_GET NEVER_LOCKOUT_WHITELIST
        NUM_PROXIES ONLY_ADMIN_SITE ONLY_USER_FAILURES ONLY_WHITELIST PASSWORD_FORM_FIELD PERMALOCK_MESSAGE
        PROXY_COUNT PROXY_ORDER PROXY_TRUSTED_IPS RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT RESET_ON_SUCCESS
        REVERSE_PROXY_HEADER SENSITIVE_PARAMETERS USERNAME_CALLABLE USERNAME_FORM_FIELD USE_USER_AGENT
        USE_ATTEMPT_EXPIRATION VERBOSE WHITELIST WHITELIST_CALLABLE""")),
    Library("django-cors-headers", "corsheaders", "CORS_", _names("CORS_", """
        ALLOWED_ORIGINS ALLOWED_ORIGIN_REGEXES ALLOW_ALL_ORIGINS ALLOW_CREDENTIALS ALLOW_HEADERS
        ALLOW_METHODS ALLOW_PRIVATE_NETWORK EXPOSE_HEADERS MODEL ORIGIN_ALLOW_ALL ORIGIN_REGEX_WHITELIST
        ORIGIN_WHITELIST PREFLIGHT_MAX_AGE REPLACE_HTTPS_REFERER URLS_REGEX""")),
)  # fmt: skip
_TOKENS = Library("djangorestframework-simplejwt", "rest_framework_simplejwt", "", _names("", """
    ACCESS_TOKEN_LIFETIME ALGORITHM AUDIENCE AUTH_HEADER_NAME AUTH_HEADER_TYPE AUTH_HEADER_TYPES
    AUTH_TOKEN_CLASS AUTH_TOKEN_CLASSES BLACKLIST_AFTER_ROTATION CHECK_REVOKE_TOKEN CHECK_USER_IS_ACTIVE
    ISSUER JSON_ENCODER JTI_CLAIM JWK_URL LEEWAY ON_LOGIN_FAILED ON_LOGIN_SUCCESS REFRESH_TOKEN_LIFETIME
    REVOKE_TOKEN_CLAIM
    ROTATE_REFRESH_TOKENS SECRET_KEY SIGNING_KEY SLIDING_TOKEN_LIFETIME SLIDING_TOKEN_OBTAIN_SERIALIZER
    SLIDING_TOKEN_REFRESH_EXP_CLAIM SLIDING_TOKEN_REFRESH_LIFETIME SLIDING_TOKEN_REFRESH_SERIALIZER
    TOKEN_BACKEND_CLASS TOKEN_BLACKLIST_SERIALIZER TOKEN_OBTAIN_SERIALIZER TOKEN_REFRESH_SERIALIZER
    TOKEN_TYPE_CLAIM TOKEN_USER_CLASS TOKEN_VERIFY_SERIALIZER UPDATE_LAST_LOGIN USER_AUTHENTICATION_RULE
    USER_ID_CLAIM USER_ID_FIELD VERIFYING_KEY"""))  # fmt: skip

_REST = Library("Django REST framework", "rest_framework", "", _names("", """
    ALLOWED_VERSIONS COERCE_BIGINT_TO_STRING COERCE_DECIMAL_TO_STRING COMPACT_JSON DATETIME_FORMAT
    DATETIME_INPUT_FORMATS DATE_FORMAT DATE_INPUT_FORMATS DEFAULT_AUTHENTICATION_CLASSES
    DEFAULT_CONTENT_NEGOTIATION_CLASS DEFAULT_FILTER_BACKENDS DEFAULT_METADATA_CLASS
    DEFAULT_MODEL_SERIALIZER_CLASS DEFAULT_PAGINATION_CLASS DEFAULT_PAGINATION_SERIALIZER_CLASS
    DEFAULT_PARSER_CLASSES DEFAULT_PERMISSION_CLASSES DEFAULT_RENDERER_CLASSES DEFAULT_SCHEMA_CLASS
    DEFAULT_THROTTLE_CLASSES DEFAULT_THROTTLE_RATES DEFAULT_VERSION DEFAULT_VERSIONING_CLASS EXCEPTION_HANDLER
    FORMAT_SUFFIX_KWARG FORM_METHOD_OVERRIDE HTML_SELECT_CUTOFF HTML_SELECT_CUTOFF_TEXT MAX_PAGINATE_BY
    NON_FIELD_ERRORS_KEY NUM_PROXIES ORDERING_PARAM PAGE_SIZE PAGINATE_BY PAGINATE_BY_PARAM
    SCHEMA_COERCE_METHOD_NAMES SCHEMA_COERCE_PATH_PK SEARCH_PARAM STRICT_JSON TEST_REQUEST_DEFAULT_FORMAT
    TEST_REQUEST_RENDERER_CLASSES TIME_FORMAT TIME_INPUT_FORMATS UNAUTHENTICATED_TOKEN UNAUTHENTICATED_USER
    UNICODE_JSON UPLOADED_FILES_USE_URL URL_FIELD_NAME URL_FORMAT_OVERRIDE VERSION_PARAM
    VIEW_DESCRIPTION_FUNCTION VIEW_NAME_FUNCTION"""))  # fmt: skip


def unread_settings(project: Project, settings: Settings) -> dict[str, list[Unread]]:
    """Return the settings that look like a library's and that nothing reads, by the library's name.

    A name that any other Python file of the project has is taken to be read there.
    """
    found: dict[str, list[Unread]] = {}
    for library in LIBRARIES:
        installed = _installed(settings, library.package)
        if not installed and not _is_named(project, settings, library.package):
            continue
        for name, span in _assigned(project, settings, library):
            if name not in library.names and not _is_read(project, settings, name):
                in_force = installed and name in settings.values
                found.setdefault(library.name, []).append(Unread(name, span, _meant(name, library), in_force))
    for setting, library in (("SIMPLE_JWT", _TOKENS), ("REST_FRAMEWORK", _REST)):
        for one in _unread_keys(project, settings, setting, library):
            if one.meant or library is not _REST:  # of which other libraries read keys of their own
                found.setdefault(library.name, []).append(one)
    return found


def _unread_keys(project: Project, settings: Settings, setting: str, library: Library) -> Iterator[Unread]:
    """Yield the keys of a library's one setting that it does not know."""
    given = settings.values.get(setting)
    if not isinstance(given, Known) or not isinstance(given.value, Entries):
        return
    for key, value in given.value:
        name, place = key.value, key.span or value.span
        if not isinstance(name, str) or name in library.names or place is None:
            continue
        if not _is_read(project, settings, name):
            yield Unread(name, place, _meant(name, library), True)


def _installed(settings: Settings, package: str) -> bool:
    items = (*elements(settings.get("INSTALLED_APPS")), *elements(settings.get("MIDDLEWARE")))
    return any(isinstance(one, Known) and str(one.value).partition(".")[0] == package for one in items)


def _is_named(project: Project, settings: Settings, package: str) -> bool:
    sources = (project.read(path) for path in settings.files)
    quoted = re.compile(rf"^[^#\n]*[\"']{package}[\"'.]", re.MULTILINE)
    return any(source is not None and quoted.search(source.text) for source in sources)


def _assigned(project: Project, settings: Settings, library: Library) -> tuple[tuple[str, Span], ...]:
    """Return the settings of a library that files assign: services mostly share these files."""
    key = ("settings assigned", library.prefix, settings.files)
    return project.once(key, lambda: tuple(_in_files(project, settings.files, library)))


def _in_files(project: Project, files: tuple[str, ...], library: Library) -> Iterator[tuple[str, Span]]:
    pattern = re.compile(rf"^[ \t]*(?P<name>{library.prefix}[A-Z_]+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
    seen: set[str] = set()
    for path in files:
        source = project.read(path)
        for match in pattern.finditer(source.text) if source is not None else ():
            if source is not None and match["name"] not in seen:
                seen.add(match["name"])
                yield match["name"], source.span(match.start("name"), match.end("name"))


def _is_read(project: Project, settings: Settings, name: str) -> bool:
    """Say whether code asks for a name: any file beside the settings, or another line of theirs."""
    key = ("setting read", name, settings.files)
    return project.once(key, lambda: _is_read_beside(project, settings.files, name))


def _is_read_beside(project: Project, files: tuple[str, ...], name: str) -> bool:
    word = re.compile(rf"(?<![\w]){name}\b")
    assigned = re.compile(rf"^[ \t]*{name}\s*(?::[^=\n]+)?=(?!=)|[\"']{name}[\"']\s*:")
    for path in project.paths:
        source = project.read(path) if path.endswith(".py") else None
        if source is None or name not in source.text:
            continue
        if path not in files:
            return True
        for line in source.text.splitlines():
            if name not in line:
                continue
            rest = re.sub(rf"[\"']{name}[\"']", "", assigned.sub("", line).partition("#")[0])
            if word.search(rest):
                return True
    return False


def _meant(name: str, library: Library) -> str:
    """Return the name that one is cut from, or the one that hardly differs from it."""
    longer = sorted(known for known in library.names if known.startswith(f"{name}_"))
    near = difflib.get_close_matches(name, longer or sorted(library.names), 1, 0.5 if longer else 0.9)
    return near[0] if near else ""
