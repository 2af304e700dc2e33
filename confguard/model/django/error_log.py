"""Whether an error of a view is written anywhere: the handlers of ``django.request`` and those above it.

``django.utils.log`` of Django 5.2 (``DEFAULT_LOGGING``, ``configure_logging``, ``AdminEmailHandler.emit``,
which sends nothing without ``ADMINS``) and ``logging.config`` of Python 3.13 (``DictConfigurator``), whose
configuration comes on top of Django's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from confguard.model.django.settings import Settings
from confguard.model.django.values import Entries, Items
from confguard.model.value import Known, Value

_LOGGERS = ("django.request", "django")
_DEBUG_ONLY = "django.utils.log.RequireDebugTrue"
_MAIL = "django.utils.log.AdminEmailHandler"
_NULL = "logging.NullHandler"
_ABOVE = frozenset({"CRITICAL", "FATAL"})


@dataclass(frozen=True, slots=True)
class Silence:
    """Why errors are written nowhere: one text for each handler that they come to, or for what is off."""

    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Logger:
    handlers: list[str | None] = field(default_factory=list)
    """Reasons why each writes nothing; None for one that writes, or may."""
    propagate: bool = True
    disabled: bool = False
    quiet: bool = False


class _NotKnown(Exception):
    pass


def unwritten_errors(settings: Settings) -> Silence | None:
    """Return why the errors of views are written nowhere; None where they are, or that is not known."""
    try:
        return _judge(settings)
    except _NotKnown:
        return None


def _judge(settings: Settings) -> Silence | None:
    if _known(settings.get("DEBUG")) is not False or _known(settings.get("DEBUG_PROPAGATE_EXCEPTIONS")):
        return None
    if not settings.complete or any(not one.placeholder for one in settings.failures):
        return None
    if _known(settings.get("LOGGING_CONFIG")) != "logging.config.dictConfig":
        return None
    mail = _mail(settings)
    loggers = {"": _Logger(), "django.request": _Logger()}
    loggers["django"] = _Logger(["the console's is for DEBUG only", mail])
    if "LOGGING" in settings:
        written = _known(settings.get("LOGGING"))
        if not isinstance(written, Entries):
            raise _NotKnown
        if written.pairs:
            _configure(loggers, written, mail)
    reasons: list[str] = []
    first = loggers["django.request"]
    if first.disabled or first.quiet:
        return Silence(("the logger django.request is switched off",))
    for name in ("django.request", "django", ""):
        for reason in loggers[name].handlers:
            if reason is None:
                return None
            reasons.append(reason)
        if not loggers[name].propagate:
            break
    # Without any handler Python itself writes to standard error (logging.lastResort).
    return Silence(tuple(dict.fromkeys(reasons))) if reasons else None


def _mail(settings: Settings) -> str | None:
    admins = _known(settings.get("ADMINS")) if "ADMINS" in settings else Items("list", ())
    if not isinstance(admins, Items) or not admins.complete:
        raise _NotKnown
    return None if len(admins.values) else "mails go to nobody: ADMINS is empty"


def _configure(loggers: dict[str, _Logger], written: Entries, mail: str | None) -> None:
    if _entry(written, "incremental", False):
        raise _NotKnown
    named = _table(written, "loggers")
    handlers, filters = _table(written, "handlers"), _table(written, "filters")
    for name in _LOGGERS:
        if name in named:
            _set(loggers[name], named[name], handlers, filters, mail)
        elif any(name.startswith(f"{other}.") for other in named):
            loggers[name] = _Logger()
        else:
            loggers[name].disabled = bool(_entry(written, "disable_existing_loggers", True))
    root = written.get("root")
    for given in (named.get(""), _known(root) if root is not None else None):
        if isinstance(given, Entries):
            _set(loggers[""], given, handlers, filters, mail)


def _set(
    logger: _Logger, given: Any, handlers: dict[Any, Any], filters: dict[Any, Any], mail: str | None
) -> None:
    if not isinstance(given, Entries):
        raise _NotKnown
    names = _entry(given, "handlers", ())
    own = [_known(one) for one in names.values] if isinstance(names, Items) and names.complete else []
    if names != () and not isinstance(names, Items):
        raise _NotKnown
    logger.handlers = [_reason(handlers.get(name), filters, mail) for name in own]
    logger.propagate = bool(_entry(given, "propagate", True))
    logger.quiet = _entry(given, "level", "") in _ABOVE or bool(_entry(given, "filters", ()))
    if _entry(given, "filters", ()):
        raise _NotKnown


def _reason(handler: Any, filters: dict[Any, Any], mail: str | None) -> str | None:
    """Return why a handler writes no error of production, None if it does or may."""
    if not isinstance(handler, Entries):
        return None
    for name in _names(handler, "filters"):
        made = filters.get(name)
        if isinstance(made, Entries) and _entry(made, "()", "") == _DEBUG_ONLY:
            return "a handler is for DEBUG only"
    kind = _entry(handler, "class", "")
    if kind == _MAIL:
        return mail
    if kind == _NULL:
        return "a handler writes nothing"
    return "a handler is for what is worse than errors" if _entry(handler, "level", "") in _ABOVE else None


def _names(table: Entries, key: str) -> Iterator[Any]:
    value = _entry(table, key, ())
    for one in value.values if isinstance(value, Items) else ():
        yield _known(one)


def _table(written: Entries, key: str) -> dict[Any, Any]:
    value = written.get(key)
    if value is None:
        return {}
    table = _known(value)
    if not isinstance(table, Entries) or not table.complete:
        raise _NotKnown
    return {one.value: item.value if isinstance(item, Known) else None for one, item in table.pairs}


def _entry(table: Entries, key: str, default: Any) -> Any:
    value = table.get(key)
    if value is None:
        if not table.complete:
            raise _NotKnown
        return default
    return _known(value)


def _known(value: Value[Any] | None) -> Any:
    if not isinstance(value, Known):
        raise _NotKnown
    return value.value
