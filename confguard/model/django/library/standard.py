"""Python's standard library, as far as settings use it."""

from __future__ import annotations

import ast as python_ast
import base64
import copy
import datetime
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

from confguard.model.django import members, operations, paths, written
from confguard.model.django.library import classes_made, registry, shown
from confguard.model.django.library.core import pure
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Text, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown


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
    return shown.text(run, call.args[0], call.span)


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


def _literal_eval(run: Run, call: Call) -> V:
    trail = run.trail(call.step("literal_eval()"), *call.args)
    try:
        text = plain(call.args[0])
    except NotPlain as error:
        run.may_raise("ValueError", call.span, run.is_from_environment(call.args), trail)
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


def _made(run: Run, call: Call) -> V:
    written.note(
        run, call.args[0] if call.args else call.keywords.get("name", call.keywords.get("path", Known(None)))
    )
    return Known(None, call.trail)


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


FUNCTIONS: dict[str, registry.Function] = {
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "pathlib.PurePosixPath": _path,
    "pathlib.Path.cwd": _cwd,
    "os.getcwd": _getcwd,
    "tempfile.gettempdir": _temporary,
    "os.fspath": _fspath,
    "os.makedirs": _made,
    "os.mkdir": _made,
    "os.chdir": _nothing,
    "warnings.filterwarnings": _nothing,
    "warnings.warn": _nothing,
    "warnings.simplefilter": _nothing,
    "logging.captureWarnings": _nothing,
    "logging.disable": _nothing,
    "logging.basicConfig": _nothing,
    "logging.config.dictConfig": _nothing,
    "sys.setrecursionlimit": _nothing,
    "mimetypes.add_type": _nothing,
    "locale.setlocale": _nothing,
    "json.dumps": pure(json.dumps, "json.dumps"),
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
    "collections.OrderedDict": _ordered,
    "typing.cast": lambda run, call: call.args[1],
    "enum.auto": lambda run, call: Known(classes_made.AUTO, call.trail),
    "textwrap.dedent": pure(textwrap.dedent, "dedent"),
    "math.ceil": pure(math.ceil, "ceil"),
    "math.floor": pure(math.floor, "floor"),
    "math.sqrt": pure(math.sqrt, "sqrt"),
    "logging.getLevelName": pure(logging.getLevelName, "getLevelName"),
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

__all__ = ["CONSTANTS", "FUNCTIONS", "copy"]
