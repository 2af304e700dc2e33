"""Packages that change settings as a whole, or refuse them: django-heroku 0.3 and sentry-sdk 2."""

from __future__ import annotations

from urllib.parse import urlsplit

from confguard.model.django import calls, iteration, members, operations
from confguard.model.django.library import osenviron, registry
from confguard.model.django.library.namespaces import Names
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, DictObject, TupleObject, V
from confguard.model.value import Known, Unknown

_WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "verbose": {
            "format": "%(asctime)s [%(process)d] [%(levelname)s] pathname=%(pathname)s lineno=%(lineno)s "
            "funcname=%(funcName)s %(message)s",
            "datefmt": "%Y-%m-%d %H:%M:%S",
        },
        "simple": {"format": "%(levelname)s %(message)s"},
    },
    "handlers": {
        "null": {"level": "DEBUG", "class": "logging.NullHandler"},
        "console": {"level": "DEBUG", "class": "logging.StreamHandler", "formatter": "verbose"},
    },
    "loggers": {"testlogger": {"handlers": ["console"], "level": "INFO"}},
}


def _heroku(run: Run, call: Call) -> V:
    """``django_heroku.settings(locals())``: what it sets for each switch (django_heroku/core.py)."""
    names = call.get(0, "config")
    held = names.value if isinstance(names, Known) else None
    if not isinstance(held, Names) or not call.complete:
        return calls.unknown_call(run, call, Unknown("comes from the package django_heroku"))
    _heroku_databases(run, call, held)
    _heroku_if(run, call, held, "test_runner", "CI", "TEST_RUNNER", "django_heroku.HerokuDiscoverRunner")
    if _switch(call, "staticfiles") is not False:
        _heroku_static(run, call, held)
    for name, setting, value in (
        ("allowed_hosts", "ALLOWED_HOSTS", ["*"]),
        ("logging", "LOGGING", _LOGGING),
    ):
        if _switch(call, name) is not False:
            _set(run, call, held, name, setting, run.wrap(value, call.trail))
    _heroku_if(run, call, held, "secret_key", "SECRET_KEY", "SECRET_KEY", None)
    return Known(None, call.trail)


def _switch(call: Call, name: str) -> bool | None:
    return operations.truth(call.keywords.get(name, Known(True)))


def _set(run: Run, call: Call, names: Names, switch: str, setting: str, value: V) -> None:
    """Set what a switch sets; unknown where it is not known whether the switch is on."""
    unknown = Unknown("may be set by django_heroku", call.trail)
    names.set_item(run, Known(setting), value if _switch(call, switch) else unknown, call.span)


def _heroku_if(
    run: Run, call: Call, names: Names, switch: str, variable: str, setting: str, value: str | None
) -> None:
    """Set a setting if a variable is there: to a value, or to the variable's."""
    if _switch(call, switch) is False:
        return
    found, record = osenviron.read(run, Known(variable, call.trail), call.span, "os", Known(None))
    if found is None:
        return
    chosen: V = found if value is None else Known(value, call.trail)
    if isinstance(found, Unknown):
        chosen = Unknown("may be set by django_heroku", found.trail)
    if record is not None:
        record.result = found
    _set(run, call, names, switch, setting, chosen)


def _heroku_databases(run: Run, call: Call, names: Names) -> None:
    if _switch(call, "databases") is False:
        return
    current = names.look("DATABASES")
    if current is None:
        current = run.wrap({"default": None}, call.trail)
        names.set_item(run, Known("DATABASES"), current, call.span)
    colors = operations.truth(call.keywords.get("db_colors", Known(False)))
    given = osenviron.has(run, Known("DATABASE_URL", call.trail), call.span)
    there = operations.truth(given)
    if _switch(call, "databases") is None or there is None or colors is not False:
        names.set_item(run, Known("DATABASES"), Unknown("may be set by django_heroku", call.trail), call.span)
    elif there:
        keywords: dict[str, V] = {"conn_max_age": Known(600), "ssl_require": Known(True)}
        made = registry.functions()["dj_database_url.config"](run, Call([], keywords, call.span))
        if isinstance(current, Known) and isinstance(current.value, DictObject):
            members.put(run, current.value, Known("default", call.trail), made, call.span)


def _heroku_static(run: Run, call: Call, names: Names) -> None:
    base = names.look("BASE_DIR")
    if base is None:
        raise run.throw("KeyError", "BASE_DIR", call.span)
    root = registry.functions()["os.path.join"](run, Call([base, Known("staticfiles")], {}, call.span))
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    _set(run, call, names, "staticfiles", "STATIC_ROOT", root)
    _set(run, call, names, "staticfiles", "STATIC_URL", Known("/static/", call.trail))
    _set(run, call, names, "staticfiles", "STATICFILES_STORAGE", Known(storage, call.trail))
    old = names.look("MIDDLEWARE_CLASSES") is not None
    name = "MIDDLEWARE_CLASSES" if old else "MIDDLEWARE"
    current = names.look(name)
    if current is None:
        raise run.throw("KeyError", name, call.span)
    walk = iteration.iterate(run, current, call.span)
    items = (Known(_WHITENOISE, call.trail), *walk.items)
    made = Known(TupleObject(items, walk.complete), run.trail(call.step("with WhiteNoise"), current))
    _set(run, call, names, "staticfiles", name, made)


def _sentry(run: Run, call: Call) -> V:
    dsn = call.get(0, "dsn")
    given = dict(call.keywords) if dsn is None else {**call.keywords, "dsn": dsn}
    run.calls.append(("sentry_sdk.init", call.span, given))
    if not isinstance(dsn, Known):
        return Known(None, call.trail)
    problem = _bad_dsn(dsn.value) if isinstance(dsn.value, str) and dsn.value else ""
    if problem:
        raise run.throw("sentry_sdk.utils.BadDsn", problem, call.span, dsn.trail)
    return Known(None, call.trail)


def _bad_dsn(text: str) -> str:
    """Return why ``sentry_sdk.utils.Dsn`` refuses a text, or ``""``."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https"):
        return f"Unsupported scheme {parts.scheme!r}"
    if parts.hostname is None:
        return "Missing hostname"
    if not parts.username:
        return "Missing public key"
    try:
        int(parts.path.rsplit("/", 1)[-1])
    except ValueError:
        return f"Invalid project in DSN ({parts.path[1:]!r})"
    return ""


FUNCTIONS: dict[str, registry.Function] = {"django_heroku.settings": _heroku, "sentry_sdk.init": _sentry}
