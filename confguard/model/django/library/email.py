"""dj-email-url 1.0, and what Redis clients say about a URL when they are made."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, NativeObject, V
from confguard.model.value import Known, Unknown

_BACKEND = "django.core.mail.backends"
_SCHEMES = {
    "smtp": f"{_BACKEND}.smtp.EmailBackend",
    "submission": f"{_BACKEND}.smtp.EmailBackend",
    "submit": f"{_BACKEND}.smtp.EmailBackend",
    "smtps": f"{_BACKEND}.smtp.EmailBackend",
    "console": f"{_BACKEND}.console.EmailBackend",
    "file": f"{_BACKEND}.filebased.EmailBackend",
    "memory": f"{_BACKEND}.locmem.EmailBackend",
    "dummy": f"{_BACKEND}.dummy.EmailBackend",
}
_TRUE = frozenset(["1", "y", "Y", "yes", "Yes", "YES", "t", "T", "true", "True", "TRUE", "on", "On", "ON"])


def parse(text: str) -> dict[str, Any]:
    """``dj_email_url.parse``; raises ValueError."""
    url = urlparse(text)
    query = parse_qs(url.query)
    found: dict[str, Any] = {
        "EMAIL_FILE_PATH": url.path[1:],
        "EMAIL_HOST_USER": unquote(url.username) if url.username else url.username,
        "EMAIL_HOST_PASSWORD": unquote(url.password) if url.password else url.password,
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port,
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": url.scheme in ("smtps", "submission", "submit"),
        "EMAIL_TIMEOUT": None,
    }
    if url.scheme in _SCHEMES:
        found["EMAIL_BACKEND"] = _SCHEMES[url.scheme]
    if url.scheme == "smtp":
        found["EMAIL_HOST"] = found["EMAIL_HOST"] or "localhost"
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or 25
    if url.scheme in ("submission", "submit"):
        found["EMAIL_PORT"] = found["EMAIL_PORT"] or 587
    ssl, tls = query.get("ssl"), query.get("tls")
    if ssl and ssl[0] in _TRUE:
        found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"] = True, False
    elif not ssl and tls and tls[0] in _TRUE:
        found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"] = False, True
    if "timeout" in query:
        found["EMAIL_TIMEOUT"] = int(query["timeout"][0])
    for key, setting in (("_server_email", "SERVER_EMAIL"), ("_default_from_email", "DEFAULT_FROM_EMAIL")):
        if key in query:
            found[setting] = query[key][0]
    return found


def _parsed(run: Run, url: V, call: Call) -> V:
    trail = run.trail(call.step("dj_email_url"), url)
    if isinstance(url, Unknown) or not isinstance(url.value, str):
        return Unknown(url.reason if isinstance(url, Unknown) else "is made from something else", trail)
    try:
        return run.wrap(parse(url.value), trail)
    except ValueError as error:
        raise run.throw("ValueError", str(error), call.span, trail) from None


def _parse(run: Run, call: Call) -> V:
    url = call.get(0, "url")
    if url is None:
        raise IndexError
    return _parsed(run, url, call)


def _config(run: Run, call: Call) -> V:
    key = call.get(0, "env") or Known("EMAIL_URL", call.trail)
    default = call.get(1, "default") or Known(None, call.trail)
    found, record = osenviron.read(run, key, call.span, "dj_email_url", default, cast="email URL")
    value = (
        found if found is not None else osenviron.defaulted(run, osenviron.key_name(key), default, call.span)
    )
    if isinstance(value, Known) and not value.value:
        return Known(run.new_dict(), value.trail)
    made = _parsed(run, value, call)
    if record is not None:
        record.result = made
    return made


class Client(NativeObject):
    """A client of a server: nothing is asked of it."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Any) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Unknown("comes from a server when it runs")


def _redis(run: Run, call: Call) -> V:
    url = call.args[0] if call.args else call.keywords.get("url", Unknown(""))
    if isinstance(url, Unknown):
        run.may_raise("Exception", call.span)
    elif url.value is None:
        message = "'NoneType' object has no attribute 'startswith'"
        raise run.throw("AttributeError", message, call.span, url.trail)
    elif isinstance(url.value, str) and not url.value.startswith(("redis://", "rediss://", "unix://")):
        message = "Redis URL must specify one of the following schemes (redis://, rediss://, unix://)"
        raise run.throw("ValueError", message, call.span, url.trail)
    return Known(Client(), call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "dj_email_url.parse": _parse,
    "dj_email_url.config": _config,
    "redis.from_url": _redis,
    "redis.Redis.from_url": _redis,
    "redis.StrictRedis.from_url": _redis,
}
