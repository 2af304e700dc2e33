"""Files of the project that settings open, and what is loaded from them."""

from __future__ import annotations

import json
from typing import Any

from confguard.model.django import iteration, paths, written
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Native, NativeObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


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
    if "r" not in text or "+" in text:
        written.note(run, path)
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
        run.may_raise("ValueError", call.span, run.is_from_environment(call.args), trail)
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
            run.may_raise("ValueError", call.span, doubt=True)
            return Unknown(error.unknown.reason, trail)
        except (ValueError, TypeError, RecursionError) as error:
            raise run.throw(error_kind, str(error), call.span, trail) from None

    return apply


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


FUNCTIONS: dict[str, registry.Function] = {
    "json.loads": _json_loads,
    "json.load": _load_with(json.loads, "json.JSONDecodeError"),
    "tomllib.load": _load_with(_toml, "tomllib.TOMLDecodeError"),
    "tomllib.loads": _load_with(_toml, "tomllib.TOMLDecodeError"),
}
