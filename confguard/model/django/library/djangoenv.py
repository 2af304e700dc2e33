"""django-environ 0.14: ``environ.Env`` and ``environ.Path``."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from confguard.model.django import equality, operations
from confguard.model.django.library import environ_urls, osenviron, registry
from confguard.model.django.library.environ_casts import builtin, parse_value
from confguard.model.django.library.environ_files import make_path, read_env
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    External,
    ListObject,
    Native,
    NativeObject,
    TupleObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

_IMPROPER = "django.core.exceptions.ImproperlyConfigured"
_NEVER_REFUSED = frozenset({"str", "bool", "list"})
"""Casts that take every text."""
_URLS = {
    "db": ("DATABASE_URL", "db", "engine"),
    "db_url": ("DATABASE_URL", "db", "engine"),
    "cache": ("CACHE_URL", "cache", "backend"),
    "cache_url": ("CACHE_URL", "cache", "backend"),
    "email": ("EMAIL_URL", "email", "backend"),
    "email_url": ("EMAIL_URL", "email", "backend"),
}
_UNFOLLOWED = {"search_url": "SEARCH_URL", "channels_url": "CHANNELS_URL", "channels": "CHANNELS_URL"}


class Env(NativeObject):
    """One ``Env(...)``: its schema of casts and defaults, and its prefix."""

    __slots__ = ("files", "prefix", "scheme", "smart")

    def __init__(self, scheme: dict[str, V], files: bool = False) -> None:
        self.scheme = scheme
        self.prefix: V = Known("")
        self.smart: V = Known(True)
        self.files = files

    def set_attribute(self, run: Run, name: str, value: V, span: Span) -> None:
        """``env.prefix = ...``."""
        if name == "prefix":
            self.prefix = value
        elif name == "smart_cast":
            self.smart = value

    def contains(self, run: Run, item: V, span: Span) -> V:
        """``"X" in env``."""
        return osenviron.has(run, item, span)

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "prefix":
            return self.prefix
        if name == "read_env":
            return Known(Native(name, read_env))
        if (
            name in _CASTS
            or name in _URLS
            or name in _UNFOLLOWED
            or name in ("path", "get_value", "json", "url", "bytes")
        ):
            return Known(Native(name, lambda run, call: self._method(run, name, call)))
        if name == "__call__":
            return Known(Native(name, self._call))
        return Unknown(f"is {name} of an Env, which is not followed")

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        return self._call(run, call)

    def _call(self, run: Run, call: Call) -> V:
        parse_default = operations.truth(call.get(3, "parse_default", Known(False)) or Known(False)) is True
        return self.get(
            run,
            call,
            call.args[0] if call.args else call.keywords["var"],
            call.get(1, "cast"),
            call.get(2, "default"),
            parse_default,
        )

    def _method(self, run: Run, name: str, call: Call) -> V:
        if name == "get_value":
            return self._call(run, call)
        if name in _URLS:
            return self._url(run, name, call)
        key = call.get(0, "var")
        if name in _UNFOLLOWED:
            key = key or Known(_UNFOLLOWED[name], call.trail)
            self.get(run, call, key, None, call.get(1, "default"), False)
            return Unknown("is made from a URL in a way that is not followed", call.trail)
        if key is None:
            raise IndexError
        if name in ("list", "tuple"):
            inner = call.get(1, "cast")
            cast: V = builtin(name)
            if inner is not None and operations.truth(inner) is not False:
                cast = Known(run.new_list([inner]) if name == "list" else TupleObject((inner,)))
            return self.get(run, call, key, cast, call.get(2, "default"), False)
        if name == "dict":
            return self.get(
                run, call, key, call.get(1, "cast") or builtin("dict"), call.get(2, "default"), False
            )
        default = call.get(1, "default")
        if name == "json":
            return self.get(run, call, key, Known(External("json.loads")), default, False)
        if name == "url":
            return self.get(run, call, key, Known(External("urllib.parse.urlparse")), default, True)
        if name == "path":
            value = self.get(run, call, key, None, default, False)
            return make_path(run, Call([value], {}, call.span))
        if name == "bytes":
            value = self.get(run, call, key, builtin("str"), default, False)
            if isinstance(value, Known) and isinstance(value.value, str):
                return Known(value.value.encode("utf8"), value.trail)
            return value
        value = self.get(run, call, key, builtin(name), default, False)
        return self._str(run, call, value) if name == "str" else value

    def _str(self, run: Run, call: Call, value: V) -> V:
        multiline, choices = call.get(2, "multiline"), call.get(3, "choices")
        if multiline is not None and operations.truth(multiline) is True:
            if isinstance(value, Known) and isinstance(value.value, str):
                return Known(re.sub(r"(\\r)?\\n", r"\n", value.value), value.trail)
            return Unknown("is read as several lines", value.trail)
        if choices is not None:
            verdict = equality.contains(run, value, choices, call.span)
            if verdict is False:
                raise run.throw(_IMPROPER, f"Invalid value: {_shown(value)}", call.span, value.trail)
            if verdict is None:
                run.may_raise(_IMPROPER, call.span)
        return value

    def _url(self, run: Run, name: str, call: Call) -> V:
        variable, kind, extra = _URLS[name]
        key = call.get(0, "var") or Known(variable, call.trail)
        default = call.get(1, "default")
        value = self.get(run, call, key, None, default, False)
        if isinstance(value, Known) and isinstance(value.value, DictObject):
            return (
                value
                if kind != "db"
                else Unknown("is made from a URL in a way that is not followed", value.trail)
            )
        if kind == "cache" and isinstance(value, Known) and value.value is None:
            return Known(run.new_dict(), value.trail)
        return environ_urls.environ_url(run, kind, value, call.get(2, extra), call)

    def get(self, run: Run, call: Call, key: V, cast: V | None, default: V | None, parse_default: bool) -> V:
        """``Env.get_value``."""
        prefix = (
            self.prefix.value if isinstance(self.prefix, Known) and isinstance(self.prefix.value, str) else ""
        )
        name = prefix + osenviron.key_name(key)
        cast, default = self._from_scheme(name, cast, default)
        if cast is not None and operations.truth(cast) is False:
            cast = None
        from_file = self._from_file(run, name, call) if self.files else None
        if from_file is not None:
            return from_file
        found, record = osenviron.read(
            run, key, call.span, "environ", default, default is None, _cast_name(cast), prefix
        )
        if found is None:
            if default is None:
                raise osenviron.missing(
                    run, _IMPROPER, f"Set the {name} environment variable", name, call.span
                )
            value = osenviron.defaulted(run, name, default, call.span)
        else:
            value = found
        if isinstance(value, Unknown):
            refused = default is None or (cast is not None and _cast_name(cast) not in _NEVER_REFUSED)
            run.may_raise(_IMPROPER, call.span, found is not None and refused, value.trail)
        else:
            value = self._finish(run, call, value, found is None, cast, default, parse_default)
        if record is not None:
            record.result = value
        return value

    def _from_file(self, run: Run, name: str, call: Call) -> V | None:
        """Return what the file holds that ``X_FILE`` names; None where nothing sets that."""
        key = Known(f"{name}_FILE", call.trail)
        found, _ = osenviron.read(run, key, call.span, "environ", Known(None), cast="file")
        if found is None or (isinstance(found, Known) and not found.value):
            return None
        run.may_raise("FileNotFoundError", call.span)
        if isinstance(found, Unknown):
            return Unknown(found.reason, found.trail)
        return Unknown(f"is read from the file that {name}_FILE names", found.trail)

    def _from_scheme(self, name: str, cast: V | None, default: V | None) -> tuple[V | None, V | None]:
        info = self.scheme.get(name)
        if info is None:
            return cast, default
        no_cast = cast is None or operations.truth(cast) is False
        if (
            isinstance(info, Known)
            and isinstance(info.value, TupleObject | ListObject)
            and len(info.value.items) == 2
        ):
            return (info.value.items[0] if no_cast else cast), (
                info.value.items[1] if default is None else default
            )
        return (info if no_cast else cast), default

    def _finish(
        self,
        run: Run,
        call: Call,
        value: V,
        defaulted: bool,
        cast: V | None,
        default: V | None,
        parse_default: bool,
    ) -> V:
        assert isinstance(value, Known)
        if isinstance(value.value, str) and value.value.startswith("$"):
            name: V = Known(value.value.lstrip("$"), value.trail)
            value = self.get(run, call, name, cast, default, False)
            if isinstance(value, Unknown):
                return value
        if cast is None and default is not None and operations.truth(self.smart) is True:
            if isinstance(default, Unknown):
                return Unknown(default.reason, value.trail)
            if default.value is not None:
                cast = _type_of(default)
                if cast is None and not defaulted:
                    return Unknown("is cast to a type that is not followed", value.trail)
        if isinstance(default, Known) and default.value is None and value.value == "":
            value = Known(None, value.trail)
        differs = True if default is None else equality.equal(value, default)
        differs = differs if default is None else None if differs is None else not differs
        if defaulted and differs is None:
            differs = False
        if differs or (parse_default and value.value is not None):
            return parse_value(run, value, cast, call.span)
        return value


def _type_of(default: Known[Any]) -> V | None:
    for kind in (bool, int, float, str):
        if type(default.value) is kind:
            return builtin(kind.__name__)
    if isinstance(default.value, ListObject):
        return builtin("list")
    if isinstance(default.value, TupleObject):
        return builtin("tuple")
    if isinstance(default.value, DictObject) and default.value.kind == "dict":
        return builtin("dict")
    if isinstance(default.value, PurePosixPath):
        return Known(External("pathlib.Path"))
    return None


_CASTS = frozenset({"str", "bool", "int", "float", "list", "tuple", "dict"})


def _cast_name(cast: V | None) -> str:
    if isinstance(cast, Known) and isinstance(cast.value, External):
        return cast.value.path.removeprefix("builtins.")
    if isinstance(cast, Known) and isinstance(cast.value, ListObject | TupleObject):
        return "list"
    return ""


def _shown(value: V) -> str:
    return str(value.value) if isinstance(value, Known) else "?"


def _make(files: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.complete:
            return Unknown("is an Env with a schema that is not known", call.trail)
        return Known(Env(dict(call.keywords), files), call.trail)

    return apply


FUNCTIONS: dict[str, registry.Function] = {
    "environ.Env": _make(False),
    "environ.FileAwareEnv": _make(True),
    "environ.Path": make_path,
    "environ.Env.read_env": read_env,
    "environ.read_env": read_env,
}
