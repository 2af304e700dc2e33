"""Django's own helpers, and packages of which settings use a constant or a function or two."""

from __future__ import annotations

from typing import Any

from confguard.model.django.defaults import django_default
from confguard.model.django.library import made, registry
from confguard.model.django.library.decouple import UNDEFINED
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.library.python_version import version_info
from confguard.model.django.library.standard import strtobool
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, ExceptionObject, External, NativeObject, V
from confguard.model.value import Known, Trail, Unknown


def _lazy(run: Run, call: Call) -> V:
    value = call.args[0]
    if isinstance(value, Unknown):
        return Unknown(value.reason, run.trail(call.step("translated"), value))
    return Known(value.value, run.trail(call.step("translated"), value))


def _random(run: Run, call: Call) -> V:
    return Unknown("is made at random each time it starts", call.trail)


def _recorded(name: str) -> registry.Function:
    """A call without a result that rules may want to know of."""

    def apply(run: Run, call: Call) -> V:
        run.calls.append((name, call.span, dict(call.keywords)))
        return Known(None, call.trail)

    return apply


class Opaque(NativeObject):
    """An object of a library, of which it is only known that it was made."""

    __slots__ = ("name",)
    whatever = True
    """It is made of any arguments."""

    def __init__(self, name: str) -> None:
        self.name = name


def _opaque(name: str) -> registry.Function:
    return lambda run, call: Known(Opaque(name), call.trail)


NONCES = ("<CSP_NONCE_SENTINEL>", "csp.constants.NONCE")
"""What stands in a policy's directives for a nonce."""

_RANDOM_BYTES = b"confguard-random"
RANDOM_TEXTS = ("Y29uZmd1YXJkLXJhbmRvbQ==", "Y29uZmd1YXJkLXJhbmRvbQ", _RANDOM_BYTES.hex())
"""How random bytes look in the text that a middleware makes of them: each stands for all."""


def _random_text(plain: Any) -> registry.Function:
    """Random text: unknown in settings; in a middleware it stands for itself, to recognise a nonce."""

    def apply(run: Run, call: Call) -> V:
        if "follow" in run.hooks:
            return Known(plain, call.trail)
        return Unknown("is made at random each time it starts", call.trail)

    return apply


_EXCEPTIONS = ("Error", "Exception", "ImproperlyConfigured", "Warning")


def call(run: Run, target: External, arguments: Call) -> V | None:
    """Call what follows a pattern rather than a name: exceptions of libraries and of Python."""
    last = target.path.rpartition(".")[2]
    if last.endswith(_EXCEPTIONS) or target.path in (
        "builtins.SystemExit",
        "builtins.KeyboardInterrupt",
        "builtins.StopIteration",
    ):
        return Known(ExceptionObject(target, tuple(arguments.args), arguments.span), arguments.trail)
    return made.held(target.path, run, arguments)


_CORS_HEADERS = ("accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with")
_CORS_HEADERS_3 = (
    "accept",
    "accept-encoding",
    "authorization",
    "content-type",
    "dnt",
    "origin",
    "user-agent",
    "x-csrftoken",
    "x-requested-with",
)
"""``corsheaders.defaults.default_headers`` since release 4.0, and before."""


def constant(run: Run, path: str, trail: Trail) -> V | None:
    """Return objects that depend on the evaluation: Django's settings once they are loaded."""
    if path.startswith("django.conf.global_settings."):
        default = django_default(path.rpartition(".")[2], run.version)
        return run.wrap(default.value, trail) if isinstance(default, Known) else None
    if path == "sys.version_info":
        return version_info(run, trail)
    if path == "decouple.undefined":
        return Known(UNDEFINED, trail)
    if path == "django.conf.settings":
        return Known(lazy_settings(run), trail)
    if path == "corsheaders.defaults.default_headers":
        new = run.reaches("django-cors-headers", (4, 0))
        if new is None:
            return Unknown("depends on the release of django-cors-headers", trail)
        return run.wrap(_CORS_HEADERS if new else _CORS_HEADERS_3, trail)
    return None


def _logger(run: Run, call: Call) -> V:
    return Known(Logger(), call.trail)


class Logger(NativeObject):
    """A logger: what is said to it changes nothing."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Any) -> V | None:
        """Return an attribute, or None if there is no such one."""
        from confguard.model.django.objects import Native

        return Known(Native(name, lambda run, call: Known(None)))


FUNCTIONS: dict[str, registry.Function] = {
    "django.utils.translation.gettext_lazy": _lazy,
    "django.utils.translation.gettext": _lazy,
    "django.utils.translation.gettext_noop": _lazy,
    "django.utils.translation.ugettext_lazy": _lazy,
    "django.utils.translation.pgettext_lazy": lambda run, call: call.args[1],
    "django.core.management.utils.get_random_secret_key": _random,
    "django.utils.functional.lazy": lambda run, call: Unknown("is made when it is used", call.trail),
    "logging.getLogger": _logger,
    "structlog.get_logger": _logger,
    "structlog.configure": _recorded("structlog.configure"),
    "strtobool.strtobool": strtobool,
    "os.urandom": _random_text(_RANDOM_BYTES),
    "secrets.token_bytes": _random_text(_RANDOM_BYTES),
    "secrets.token_urlsafe": _random_text(RANDOM_TEXTS[1]),
    "secrets.token_hex": _random_text(RANDOM_TEXTS[2]),
    "django.utils.crypto.get_random_string": _random_text(RANDOM_TEXTS[1]),
}

CONSTANTS: dict[str, Any] = {
    "corsheaders.defaults.default_methods": ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"),
    "csp.constants.NONCE": "csp.constants.NONCE",
    "csp.constants.HEADER": "Content-Security-Policy",
    "csp.constants.HEADER_REPORT_ONLY": "Content-Security-Policy-Report-Only",
    "csp.constants.NONE": "'none'",
    "csp.constants.SELF": "'self'",
    "csp.constants.UNSAFE_INLINE": "'unsafe-inline'",
    "csp.constants.UNSAFE_EVAL": "'unsafe-eval'",
    "csp.constants.UNSAFE_HASHES": "'unsafe-hashes'",
    "csp.constants.STRICT_DYNAMIC": "'strict-dynamic'",
    "csp.constants.REPORT_SAMPLE": "'report-sample'",
    "csp.constants.WASM_UNSAFE_EVAL": "'wasm-unsafe-eval'",
    "csp.constants.UNSAFE_ALLOW_REDIRECTS": "'unsafe-allow-redirects'",
    "csp.constants.INLINE_SPECULATION_RULES": "'inline-speculation-rules'",
    "django.contrib.messages.constants.DEBUG": 10,
    "django.contrib.messages.constants.INFO": 20,
    "django.contrib.messages.constants.SUCCESS": 25,
    "django.contrib.messages.constants.WARNING": 30,
    "django.contrib.messages.constants.ERROR": 40,
    "django.contrib.messages.DEBUG": 10,
    "django.contrib.messages.INFO": 20,
    "django.contrib.messages.SUCCESS": 25,
    "django.contrib.messages.WARNING": 30,
    "django.contrib.messages.ERROR": 40,
}
