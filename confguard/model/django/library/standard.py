"""Python's standard library, as far as settings use it."""

from __future__ import annotations

import ast as python_ast
import base64
import copy
import datetime
import hashlib
import json
import logging
import math
import re
import string
import sys
import textwrap
import urllib.parse
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from confguard.model.django import iteration, members, operations, paths
from confguard.model.django.library import registry
from confguard.model.django.library.core import pure
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, External, Native, NativeObject, Text, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span

_HARMFUL = re.compile(r"[*+}]\)*[*+{]|\([^)]*[*+|][^)]*\)[*+{]")
"""Patterns that may take a time that grows without bounds with the text."""


def _path(run: Run, call: Call) -> V:
    if not call.args:
        return Known(PurePosixPath("."), call.trail)
    first = call.args[0]
    if isinstance(first, Known) and isinstance(first.value, str | PurePosixPath):
        start: V = Known(PurePosixPath(first.value), run.trail(call.step("Path()"), first))
        return paths.join(run, start, call.args[1:], call.span)
    if isinstance(first, Known) and isinstance(first.value, Text):
        return paths.join(run, first, call.args[1:], call.span)
    if isinstance(first, Unknown):
        run.may_raise("TypeError", call.span)
        return Unknown(first.reason, run.trail(call.step("Path()"), first))
    if isinstance(first.value, int | float | type(None)):
        kind = type(first.value).__name__
        message = f"expected str, bytes or os.PathLike object, not {kind}"
        raise run.throw("TypeError", message, call.span, first.trail)
    return Unknown("is a path that is not followed", call.trail)


def _cwd(run: Run, call: Call) -> V:
    return Known(PurePosixPath(run.place.cwd), call.trail)


def _getcwd(run: Run, call: Call) -> V:
    return Known(run.place.cwd, call.trail)


def _fspath(run: Run, call: Call) -> V:
    return registry.text(run, call.args[0], call.span)


class File(NativeObject):
    """An open file of the project."""

    __slots__ = ("binary", "path")

    def __init__(self, path: V, binary: bool) -> None:
        self.path, self.binary = path, binary

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "read":
            return Known(Native(name, lambda run, call: paths.read(run, self.path, call.span, self.binary)))
        if name in ("readline", "readlines"):
            return Known(Native(name, lambda run, call: self._lines(run, call, name)))
        if name in ("write", "close", "writelines", "flush"):
            return Known(Native(name, lambda run, call: Known(None)))
        if name == "name":
            return self.path
        return Unknown("is a part of an open file")

    def walk(self, run: Run, span: Span) -> iteration.Walk:
        """Return its lines."""
        lines = self._lines(run, Call([], {}, span), "readlines")
        return iteration.iterate(run, lines, span)

    def _lines(self, run: Run, call: Call, name: str) -> V:
        whole = paths.read(run, self.path, call.span, self.binary)
        if isinstance(whole, Unknown):
            return whole
        lines = whole.value.splitlines(keepends=True)
        if name == "readline":
            return Known(lines[0] if lines else whole.value[:0], whole.trail)
        return run.wrap(lines, whole.trail)


def open_path(run: Run, path: V, call: Call) -> V:
    """``open(path, mode)``: only files of the project are read, and none is written."""
    mode = call.get(0, "mode", Known("r"))
    text = mode.value if isinstance(mode, Known) and isinstance(mode.value, str) else "?"
    if "r" not in text:
        run.may_raise("OSError", call.span)
        return Known(File(Unknown("is written when it runs"), "b" in text), call.trail)
    where = paths.inside(run, path)
    if where is None:
        run.may_raise("OSError", call.span)
        reason = (
            path.reason if isinstance(path, Unknown) else "is read from a file that is not in the project"
        )
        return Unknown(reason, run.trail(call.step("opened"), path))
    paths.read(run, path, call.span, "b" in text)  # raises FileNotFoundError where it is absent
    return Known(File(path, "b" in text), run.trail(call.step("opened"), path))


def _json_loads(run: Run, call: Call) -> V:
    trail = run.trail(call.step("json.loads()"), *call.args)
    try:
        return run.wrap(json.loads(plain(call.args[0])), trail)
    except NotPlain as error:
        run.may_raise("ValueError", call.span)
        return Unknown(error.unknown.reason, trail)
    except RecursionError:
        return Unknown("nests too deep to be read", trail)
    except json.JSONDecodeError as error:
        raise run.throw("json.JSONDecodeError", str(error), call.span, trail) from None
    except TypeError as error:
        raise run.throw("TypeError", str(error), call.span, trail) from None


def _load_with(parser: Any, error_kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        source = call.args[0]
        if isinstance(source, Known) and isinstance(source.value, File):
            content = paths.read(run, source.value.path, call.span, source.value.binary)
        else:
            content = source
        trail = run.trail(call.step("parsed"), content)
        try:
            data = plain(content)
            return run.wrap(parser(data.decode() if isinstance(data, bytes) else data), trail)
        except NotPlain as error:
            run.may_raise("ValueError", call.span)
            return Unknown(error.unknown.reason, trail)
        except (ValueError, TypeError, RecursionError) as error:
            raise run.throw(error_kind, str(error), call.span, trail) from None

    return apply


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _copied(run: Run, call: Call) -> V:
    return _deep(run, call.args[0], 0)


def _deep(run: Run, value: V, depth: int) -> V:
    payload = value.value if isinstance(value, Known) else None
    if depth > 20 or payload is None:
        return value
    if hasattr(payload, "entries"):
        made = run.new_dict(kind=payload.kind)
        made.restore(payload.snapshot())
        made.entries = {
            key: (name, _deep(run, item, depth + 1)) for key, (name, item) in made.entries.items()
        }
        return Known(made, value.trail)
    if isinstance(payload, TupleObject):
        return Known(
            TupleObject(tuple(_deep(run, item, depth + 1) for item in payload.items), payload.complete),
            value.trail,
        )
    if hasattr(payload, "items") and hasattr(payload, "complete"):
        return Known(
            run.new_list((_deep(run, item, depth + 1) for item in payload.items), payload.complete),
            value.trail,
        )
    if isinstance(payload, operations.OBJECTS):
        return Unknown("is a copy of an object", value.trail)
    return value


def _shallow(run: Run, call: Call) -> V:
    value = call.args[0]
    if isinstance(value, Known) and hasattr(value.value, "snapshot"):
        return registry.call_known(run, members.attribute(run, value, "copy", call.span, None), [], call.span)
    return value


def _regex(name: str) -> registry.Function:
    """Functions of ``re``, for patterns and texts on which they are surely quick."""

    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"re.{name}()"), *call.args)
        try:
            args = [plain(arg) for arg in call.args]
            keywords = {key: plain(arg) for key, arg in call.keywords.items()}
        except NotPlain as error:
            run.may_raise("TypeError", call.span)
            return Unknown(error.unknown.reason, trail)
        pattern = args[0].pattern if isinstance(args[0], re.Pattern) else args[0]
        if not isinstance(pattern, str) or len(pattern) > 2000:
            return Unknown("is matched in a way that is not followed", trail)
        texts = [arg for arg in args[1:] if isinstance(arg, str)]
        if name != "compile" and (_HARMFUL.search(pattern) or any(len(text) > 2000 for text in texts)):
            return Unknown("is matched by a pattern that may take too long", trail)
        try:
            result = getattr(re, name)(*args, **keywords)
        except (re.error, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise run.throw("Exception", str(error), call.span, trail) from None
        if isinstance(result, re.Match):
            return Known(Match(result), trail)
        return run.wrap(result, trail)

    return apply


class Match(NativeObject):
    """A match of a regular expression."""

    __slots__ = ("match",)

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("group", "groups", "groupdict", "start", "end", "span", "__getitem__"):
            return Known(Native(name, pure(getattr(self.match, name), name)))
        return Unknown("is a part of a match") if hasattr(self.match, name) else None


def _literal_eval(run: Run, call: Call) -> V:
    trail = run.trail(call.step("literal_eval()"), *call.args)
    try:
        text = plain(call.args[0])
    except NotPlain as error:
        run.may_raise("ValueError", call.span)
        return Unknown(error.unknown.reason, trail)
    if not isinstance(text, str) or len(text) > 100_000:
        return Unknown("is not followed", trail)
    try:
        return run.wrap(python_ast.literal_eval(text), trail)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        kind = "SyntaxError" if isinstance(error, SyntaxError) else "ValueError"
        raise run.throw(kind, str(error), call.span, trail) from None


def _strtobool(value: str) -> int:
    """distutils.util.strtobool of Python 3.11."""
    lowered = value.lower()
    if lowered in ("y", "yes", "t", "true", "on", "1"):
        return 1
    if lowered in ("n", "no", "f", "false", "off", "0"):
        return 0
    raise ValueError(f"invalid truth value {lowered!r}")


def strtobool(run: Run, call: Call) -> V:
    """``strtobool``: raises what lower() raises on anything but text."""
    value = call.args[0]
    if isinstance(value, Known) and not isinstance(value.value, str | Text):
        raise run.throw(
            "AttributeError",
            f"'{type(value.value).__name__}' object has no attribute 'lower'",
            call.span,
            value.trail,
        )
    return pure(_strtobool, "strtobool")(run, call)


def _partial(run: Run, call: Call) -> V:
    function, first, keywords = call.args[0], call.args[1:], call.keywords

    def apply(run: Run, later: Call) -> V:
        merged = Call(
            [*first, *later.args], {**keywords, **later.keywords}, later.span, later.complete, later.scope
        )
        from confguard.model.django import calls

        return calls.call(run, function, merged)

    return Known(Native("partial", apply), call.trail)


class Suppress(NativeObject):
    """``contextlib.suppress(...)``."""

    __slots__ = ("suppresses",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.suppresses = names


def _suppress(run: Run, call: Call) -> V:
    names = tuple(
        arg.value.path.removeprefix("builtins.")
        if isinstance(arg, Known) and isinstance(arg.value, External)
        else "*"
        for arg in call.args
    )
    return Known(Suppress(names), call.trail)


class FieldDefault(NativeObject):
    """``dataclasses.field(default_factory=...)``."""

    __slots__ = ("call_made", "field")

    def __init__(self, call: Call) -> None:
        self.call_made = call
        self.field = True

    def make(self, run: Run, span: Span) -> V | None:
        """Return the default of a field, or None if it has none."""
        factory = self.call_made.keywords.get("default_factory")
        if factory is not None:
            return registry.call_known(run, factory, [], span)
        return self.call_made.keywords.get("default")


class Decorator(NativeObject):
    """A decorator that was called with options first, like ``@dataclass(frozen=True)``."""

    __slots__ = ("dataclass", "transparent")

    def __init__(self, dataclass: bool) -> None:
        self.dataclass = dataclass
        self.transparent = not dataclass

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        return call.args[0]


def _decorator(dataclass: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if (
            call.args
            and not dataclass
            and isinstance(call.args[0], Known)
            and hasattr(call.args[0].value, "node")
        ):
            return call.args[0]
        if call.args and dataclass:
            return registry.mark_dataclass(call.args[0])
        return Known(Decorator(dataclass), call.trail)

    return apply


def _named_tuple(run: Run, call: Call) -> V:
    try:
        fields = plain(call.args[1])
    except NotPlain as error:
        return Unknown(error.unknown.reason, call.trail)
    names = tuple(fields.replace(",", " ").split() if isinstance(fields, str) else fields)

    def make(run: Run, later: Call) -> V:
        items = [later.get(index, name) for index, name in enumerate(names)]
        if any(item is None for item in items):
            return Unknown("is a named tuple that is not followed", later.trail)
        return Known(TupleObject(tuple(item for item in items if item is not None), True, names), later.trail)

    return Known(Native("namedtuple", make), call.trail)


def _ordered(run: Run, call: Call) -> V:
    return registry.functions()["builtins.dict"](run, call)


def _temporary(run: Run, call: Call) -> V:
    from confguard.model.django.library import osenviron

    found = [osenviron.current(run, name) for name in ("TMPDIR", "TEMP", "TMP")]
    if any(value is not None for value in found):
        return Unknown("depends on the folder for temporary files", call.trail)
    return Known("/tmp", call.trail)  # noqa: S108 - what tempfile answers where nothing is set


def _simple(name: str) -> registry.Function:
    return lambda run, call: Unknown(f"comes from {name} when it runs", call.trail)


def _nothing(run: Run, call: Call) -> V:
    return Known(None, call.trail)


_B64 = {
    f"base64.{name}": pure(getattr(base64, name), name)
    for name in ("b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "b32encode", "b16encode")
}
_REQUESTS = [(place, name) for place in ("utils", "compat") for name in ("quote", "unquote", "urlparse")]
_PARSE = {
    f"urllib.parse.{name}": pure(getattr(urllib.parse, name), name)
    for name in (
        "urlparse",
        "urlsplit",
        "quote",
        "quote_plus",
        "unquote",
        "unquote_plus",
        "urljoin",
        "urlunparse",
        "urlunsplit",
        "parse_qs",
        "parse_qsl",
        "urlencode",
    )
}


class _Hash(NativeObject):
    __slots__ = ("data", "kind")

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind, self.data = kind, data

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("hexdigest", "digest"):
            return Known(Native(name, pure(getattr(hashlib.new(self.kind, self.data), name), name)))
        return Unknown("is a part of a hash")


def _hash(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        try:
            data = plain(call.args[0]) if call.args else b""
        except NotPlain as error:
            return Unknown(error.unknown.reason, run.trail(call.step("hashed"), *call.args))
        if not isinstance(data, bytes):
            raise run.throw("TypeError", "Strings must be encoded before hashing", call.span)
        return Known(_Hash(kind, data), run.trail(call.step("hashed"), *call.args))

    return apply


FUNCTIONS: dict[str, registry.Function] = {
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "pathlib.PurePosixPath": _path,
    "pathlib.Path.cwd": _cwd,
    "os.getcwd": _getcwd,
    "tempfile.gettempdir": _temporary,
    "os.fspath": _fspath,
    "os.makedirs": _nothing,
    "os.mkdir": _nothing,
    "os.chdir": _nothing,
    "warnings.filterwarnings": _nothing,
    "warnings.warn": _nothing,
    "warnings.simplefilter": _nothing,
    "logging.captureWarnings": _nothing,
    "logging.disable": _nothing,
    "logging.basicConfig": _nothing,
    "logging.config.dictConfig": _nothing,
    "sys.path.insert": _nothing,
    "sys.path.append": _nothing,
    "sys.setrecursionlimit": _nothing,
    "mimetypes.add_type": _nothing,
    "locale.setlocale": _nothing,
    "json.loads": _json_loads,
    "json.load": _load_with(json.loads, "json.JSONDecodeError"),
    "json.dumps": pure(json.dumps, "json.dumps"),
    "tomllib.load": _load_with(_toml, "tomllib.TOMLDecodeError"),
    "tomllib.loads": _load_with(_toml, "tomllib.TOMLDecodeError"),
    "copy.deepcopy": _copied,
    "copy.copy": _shallow,
    "datetime.timedelta": pure(datetime.timedelta, "timedelta"),
    "datetime.datetime": pure(datetime.datetime, "datetime"),
    "datetime.date": pure(datetime.date, "date"),
    "datetime.time": pure(datetime.time, "time"),
    "decimal.Decimal": pure(Decimal, "Decimal"),
    "ast.literal_eval": _literal_eval,
    "distutils.util.strtobool": strtobool,
    "setuptools._distutils.util.strtobool": strtobool,
    "functools.partial": _partial,
    "functools.lru_cache": _decorator(False),
    "functools.cache": _decorator(False),
    "functools.wraps": _decorator(False),
    "contextlib.suppress": _suppress,
    "dataclasses.dataclass": _decorator(True),
    "dataclasses.field": lambda run, call: Known(FieldDefault(call), call.trail),
    "collections.namedtuple": _named_tuple,
    "collections.OrderedDict": _ordered,
    "typing.cast": lambda run, call: call.args[1],
    "enum.auto": lambda run, call: Known(registry.AUTO, call.trail),
    "textwrap.dedent": pure(textwrap.dedent, "dedent"),
    "math.ceil": pure(math.ceil, "ceil"),
    "math.floor": pure(math.floor, "floor"),
    "math.sqrt": pure(math.sqrt, "sqrt"),
    "logging.getLevelName": pure(logging.getLevelName, "getLevelName"),
    **{f"hashlib.{kind}": _hash(kind) for kind in ("md5", "sha1", "sha256", "sha512", "sha384", "sha224")},
    **{
        f"re.{name}": _regex(name)
        for name in ("compile", "match", "search", "fullmatch", "sub", "split", "findall", "escape")
    },
    **_B64,
    **_PARSE,
    **{f"requests.{place}.{name}": _PARSE[f"urllib.parse.{name}"] for place, name in _REQUESTS},
}

CONSTANTS: dict[str, Any] = {
    **{
        f"logging.{name}": getattr(logging, name)
        for name in ("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", "NOTSET")
    },
    **{
        f"string.{name}": getattr(string, name)
        for name in (
            "ascii_letters",
            "ascii_lowercase",
            "ascii_uppercase",
            "digits",
            "punctuation",
            "hexdigits",
        )
    },
    **{
        f"re.{name}": getattr(re, name)
        for name in ("I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE")
    },
    "math.inf": math.inf,
    "math.pi": math.pi,
    "os.sep": "/",
    "os.pathsep": ":",
    "os.linesep": "\n",
    "os.name": "posix",
    "os.curdir": ".",
    "os.pardir": "..",
    "os.devnull": "/dev/null",
    "sys.platform": "linux",
    "sys.maxsize": sys.maxsize,
    "datetime.timezone.utc": datetime.UTC,
    "datetime.UTC": datetime.UTC,
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
    "socket.AF_INET": 2,
}

__all__ = ["CONSTANTS", "FUNCTIONS", "copy", "open_path"]
