"""django-environ 0.14: ``environ.Env`` and ``environ.Path``."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import Any

from confguard.model.django import iteration, operations, paths
from confguard.model.django.library import osenviron, registry, urls
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    External,
    ListObject,
    Native,
    NativeObject,
    Raised,
    TupleObject,
    V,
)
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span

_TRUE = ("true", "on", "ok", "y", "yes", "1")
_IMPROPER = "django.core.exceptions.ImproperlyConfigured"
_URLS = {
    "db": ("DATABASE_URL", "db", "engine"),
    "db_url": ("DATABASE_URL", "db", "engine"),
    "cache": ("CACHE_URL", "cache", "backend"),
    "cache_url": ("CACHE_URL", "cache", "backend"),
    "email": ("EMAIL_URL", "email", "backend"),
    "email_url": ("EMAIL_URL", "email", "backend"),
}
_UNFOLLOWED = {"search_url": "SEARCH_URL", "channels_url": "CHANNELS_URL", "channels": "CHANNELS_URL"}


def builtin(name: str) -> V:
    """Return a built-in type as a value."""
    return Known(External(f"builtins.{name}"))


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
            verdict = operations.contains(run, value, choices, call.span)
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
        return urls.environ_url(run, kind, value, call.get(2, extra), call)

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
            run.may_raise(_IMPROPER, call.span)
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
        differs = True if default is None else operations.equal(value, default)
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


def parse_value(run: Run, value: V, cast: V | None, span: Span) -> V:
    """``Env.parse_value``."""
    if cast is None or (isinstance(cast, Known) and cast.value is None):
        return value
    if isinstance(cast, Unknown) or isinstance(value, Unknown):
        return Unknown(cast.reason if isinstance(cast, Unknown) else "is not known", value.trail)
    payload, text = cast.value, value.value
    path = payload.path if isinstance(payload, External) else ""
    if path == "builtins.bool":
        return _bool(run, value, span)
    if isinstance(text, str):
        if path == "builtins.list":
            return run.wrap([part for part in text.split(",") if part], value.trail)
        if path == "builtins.tuple":
            return run.wrap(
                tuple(part for part in text.strip("(").strip(")").split(",") if part), value.trail
            )
        if path == "builtins.dict":
            pairs = [part.split("=", 1) for part in text.split(",") if part]
            if any(len(pair) != 2 for pair in pairs):
                message = "dictionary update sequence element #0 has length 1; 2 is required"
                raise run.throw("ValueError", message, span, value.trail)
            return run.wrap(dict(pairs), value.trail)
        if path == "builtins.float":
            return _float(run, value, span)
        if isinstance(payload, ListObject | TupleObject):
            whole = text if isinstance(payload, ListObject) else text.strip("(").strip(")")
            items = [
                registry.call_known(run, payload.items[0], [Known(part, value.trail)], span)
                for part in whole.split(",")
                if part
            ]
            return Known(
                run.new_list(items) if isinstance(payload, ListObject) else TupleObject(tuple(items)),
                value.trail,
            )
        if isinstance(payload, DictObject):
            return _typed_dict(run, payload, value, span)
    elif isinstance(payload, ListObject | TupleObject | DictObject) or path in (
        "builtins.list",
        "builtins.tuple",
        "builtins.dict",
    ):
        message = f"'{type(text).__name__}' object has no attribute 'split'"
        raise run.throw("AttributeError", message, span, value.trail)
    return registry.call_known(run, cast, [value], span)


def _bool(run: Run, value: Known[Any], span: Span) -> V:
    try:
        return Known(int(value.value) != 0, value.trail)
    except ValueError:
        return Known(value.value.lower().strip() in _TRUE, value.trail)
    except TypeError as error:
        raise run.throw("TypeError", str(error), span, value.trail) from None


def _float(run: Run, value: Known[Any], span: Span) -> V:
    text = re.sub(r"[^\d,.-]", "", value.value)
    parts = re.split(r"[,.]", text)
    text = parts[0] if len(parts) == 1 else f"{''.join(parts[:-1])}.{parts[-1]}"
    try:
        return Known(float(text), value.trail)
    except ValueError as error:
        raise run.throw("ValueError", str(error), span, value.trail) from None


def _typed_dict(run: Run, spec: DictObject, value: Known[Any], span: Span) -> V:
    def part(name: str) -> V:
        pair = spec.entries.get(name)
        return pair[1] if pair is not None else builtin("str")

    made = run.new_dict()
    special = spec.entries.get("cast")
    for item in [found for found in value.value.split(";") if found]:
        pieces = item.split("=")
        if len(pieces) < 2:
            raise run.throw("IndexError", "list index out of range", span, value.trail)
        key = registry.call_known(run, part("key"), [Known(pieces[0], value.trail)], span)
        cast = part("value")
        if special is not None and isinstance(special[1], Known) and isinstance(special[1].value, DictObject):
            own = special[1].value.entries.get(pieces[0])
            cast = own[1] if own is not None else cast
        parsed = parse_value(run, Known(pieces[1], value.trail), cast, span)
        made.entries[operations.hashable(run, key, span)] = (key, parsed)
    return Known(made, value.trail)


def _make(files: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.complete:
            return Unknown("is an Env with a schema that is not known", call.trail)
        return Known(Env(dict(call.keywords), files), call.trail)

    return apply


def read_env(run: Run, call: Call) -> V:
    """``Env.read_env``: a committed file is read, an absent one changes nothing.

    django-environ's own parser differs from python-dotenv's in rare cases; the common lines are read here.
    """
    given = call.get(0, "env_file")
    overwrite = call.get(1, "overwrite")
    if given is None or (isinstance(given, Known) and given.value is None):
        path: str | None = posixpath.join(posixpath.dirname(call.span.path), ".env")
    else:
        path = paths.inside(run, registry.text(run, given, call.span))
    for name, value in call.keywords.items():
        if name not in ("env_file", "overwrite", "parse_comments", "encoding"):
            osenviron.store(run, Known(name), value, call.span)
    source = run.project.read(path) if path is not None else None
    if source is None:
        return Known(None, call.trail)
    force = overwrite is not None and operations.truth(overwrite) is True
    for number in range(1, source.line_count + 1):
        found = _binding(source.line_text(number))
        if found is None:
            continue
        name, text = found
        if force or osenviron.current(run, name) is None:
            trail = (call.step(f"loaded from {path}"), *(Known("").trail))
            run.journal.touch(run.environ)
            from confguard.model.value import Step

            run.environ.changed[name] = Known(
                text, (*trail, Step(f"{name} in {path}", source.line_span(number)))
            )
    return Known(None, call.trail)


def _binding(line: str) -> tuple[str, str] | None:
    """Return the name and value of one line, as ``Env._read_env_line`` reads it."""
    match = re.match(r"\A\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)\Z", line)
    if match is None:
        return None
    name, text = match[1], match[2].strip()
    quoted = re.match(r"\A'(.*)'\Z", text)
    if quoted:
        return name, quoted[1]
    double = re.match(r'\A"(.*)"\Z', text)
    if double:
        return name, re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], double[1])
    return name, text


class EnvironPath(NativeObject):
    """``environ.Path``: an absolute path that is called with what to append."""

    __slots__ = ("root",)

    def __init__(self, root: str) -> None:
        self.root = root

    def published(self) -> V:
        """What rules see of it."""
        return Known(PurePosixPath(self.root))

    def shown(self, run: Run, span: Span) -> V:
        """``str(path)``."""
        return Known(self.root)

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        return self._joined(run, call.args, call, False)

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "path":
            return Known(Native(name, lambda run, call: self._joined(run, call.args, call, True)))
        if name in ("root", "__root__"):
            return Known(self.root)
        return Unknown("is not followed")

    def _joined(self, run: Run, parts: list[V], call: Call, again: bool) -> V:
        trail = run.trail(call.step("joined"), *parts)
        try:
            whole = posixpath.normpath(posixpath.join(self.root, *(str(plain(part)) for part in parts)))
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        if operations.marked(self.root) and not operations.marked(whole):
            return Unknown("depends on where the project lies", trail)
        return Known(EnvironPath(whole), trail) if again else Known(whole, trail)

    def operator(self, run: Run, sign: str, right: V, span: Span) -> V:
        """``path - 2``, ``path + "media"`` and ``path / "media"``."""
        call = Call([right], {}, span)
        if sign == "-" and isinstance(right, Known) and isinstance(right.value, int) and right.value < 100:
            return self._joined(run, [Known("../" * right.value)], call, True)
        if sign in ("+", "/"):
            return self._joined(run, [right], call, True)
        return Unknown("is computed in a way that is not followed")


def make_path(run: Run, call: Call) -> V:
    """``environ.Path(start, *parts)``."""
    parts = call.args or [Known("")]
    trail = run.trail(call.step("environ.Path()"), *parts)
    try:
        whole = paths.absolute(
            run, posixpath.join(*(str(plain(registry.text(run, part, call.span))) for part in parts))
        )
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    return Known(EnvironPath(whole), trail)


FUNCTIONS: dict[str, registry.Function] = {
    "environ.Env": _make(False),
    "environ.FileAwareEnv": _make(True),
    "environ.Path": make_path,
    "environ.Env.read_env": read_env,
    "environ.read_env": read_env,
}

__all__ = ["Raised", "iteration"]
