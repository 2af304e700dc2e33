"""Methods of texts, of which some parts may be unknown, and of plain values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from confguard.model.django import iteration, members, operations
from confguard.model.django.machine import MAX_TEXT, Run
from confguard.model.django.objects import Call, DictObject, ListObject, Text, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown

TEXT = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
        "decode",
        "hex",
        "join",
        "format",
        "format_map",
    ]
)


_ERRORS = (
    TypeError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    UnicodeError,
    LookupError,
    OverflowError,
)


def applied(run: Run, function: Callable[..., Any], value: V, call: Call) -> V:
    """Call a method of a plain value with plain arguments; its errors are those of the program."""
    trail = run.trail(call.step("called here"), value, *call.args)
    try:
        args = [plain(arg) for arg in call.args]
        keywords = {key: plain(arg) for key, arg in call.keywords.items()}
    except NotPlain as error:
        run.may_raise("ValueError", call.span)
        return Unknown(error.unknown.reason, trail)
    if not call.complete:
        return Unknown("is called with arguments that are not known", trail)
    try:
        return run.wrap(function(*args, **keywords), trail)
    except _ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span, trail) from None


def unfollowed(run: Run, name: str, value: V, call: Call) -> V:
    """A method that is not modelled: its result is unknown, and what it was called on may have changed."""
    from confguard.model.django import calls

    calls.spoil(run, value, Unknown(f"is changed by {name}(), which is not followed"))
    return calls.unknown_call(run, call, Unknown(f"comes from {name}(), which is not followed"))


def call_text(run: Run, name: str, value: V, call: Call) -> V:
    """Call a method of a text."""
    assert isinstance(value, Known)
    text = value.value
    if name == "join":
        return _join(run, value, call)
    if name in ("format", "format_map") and isinstance(text, str):
        return _format(run, name, value, call)
    trail = run.trail(call.step(f"{name}()"), value, *call.args)
    if operations.marked(text):
        return _marked(run, name, value, call, trail)
    try:
        args = [plain(arg) for arg in call.args]
        keywords = {key: plain(arg) for key, arg in call.keywords.items()}
    except NotPlain as error:
        run.may_raise("TypeError", call.span)
        return Unknown(error.unknown.reason, trail)
    if not call.complete or _too_long(name, text, args):
        return Unknown("is too large to be computed", trail)
    try:
        return run.wrap(getattr(text, name)(*args, **keywords), trail)
    except _ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span, trail) from None


def _too_long(name: str, text: Any, args: list[Any]) -> bool:
    if name in ("center", "ljust", "rjust", "zfill", "expandtabs"):
        return any(isinstance(arg, int) and arg > MAX_TEXT for arg in args)
    if name == "replace" and len(args) >= 2 and isinstance(args[1], str | bytes):
        return (len(text) + 1) * max(len(args[1]), 1) > MAX_TEXT * 4
    return name in ("split", "rsplit", "splitlines") and len(text) > MAX_TEXT


def _marked(run: Run, name: str, value: V, call: Call, trail: Any) -> V:
    """A text with the unknown place of the project in it: only what does not depend on that place."""
    assert isinstance(value, Known)
    if name in ("rstrip", "removesuffix", "encode", "endswith"):
        try:
            args = [plain(arg) for arg in call.args]
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        tail = value.value.rpartition(operations.ROOT_MARK)[2]
        if name == "rstrip" or (args and isinstance(args[0], str) and len(args[0]) < len(tail)):
            result = getattr(value.value, name)(*args)
            return Known(result, trail)
    return Unknown("depends on where the project lies", trail)


def _join(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    argument = call.get(0, "iterable", Known(None))
    assert argument is not None
    walk = iteration.iterate(run, argument, call.span)
    trail = run.trail(call.step("joined"), argument, value)
    if not walk.ordered and len(walk.items) > 1:
        return Unknown("has an order that is not known", trail)
    parts: list[str | Unknown] = []
    for index, item in enumerate(walk.items):
        if index:
            parts.append(value.value)
        if isinstance(item, Known) and not isinstance(item.value, str | Text | bytes):
            if isinstance(item.value, int | float | type(None) | ListObject | DictObject | TupleObject):
                message = f"sequence item {index}: expected str instance, {type(item.value).__name__} found"
                raise run.throw("TypeError", message, call.span, trail)
            return Unknown("is joined from objects that are not followed", trail)
        if isinstance(value.value, bytes) or (isinstance(item, Known) and isinstance(item.value, bytes)):
            return applied(run, value.value.join, value, call)
        parts.extend(operations.parts_of(item))
    if not walk.complete:
        parts.append(Unknown("not all of its parts are known", trail))
    return operations.make_text(parts, trail)


_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def _format(run: Run, name: str, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    trail = run.trail(call.step("format()"), value, *call.args, *call.keywords.values())
    parts: list[str | Unknown] = []
    if name == "format_map":
        mapping = call.args[0].value if isinstance(call.args[0], Known) else None
        if not isinstance(mapping, DictObject) or not mapping.complete or mapping.maybe:
            return Unknown("is formatted with what is not known", trail)
        named = {key: item for key, (_, item) in mapping.entries.items() if isinstance(key, str)}
        call = Call([], named, call.span)
    position = counter = 0
    for match in _FIELD.finditer(value.value):
        parts.append(value.value[position : match.start()])
        position = match.end()
        if match[0] in ("{{", "}}"):
            parts.append(match[0][0])
            continue
        if match[1] is None:
            raise run.throw("ValueError", "Single '}' encountered in format string", call.span, trail)
        field, _, spec = match[1].partition(":")
        field, _, conversion = field.partition("!")
        if field == "":
            field, counter = str(counter), counter + 1
        if field.isdigit():
            argument = call.args[int(field)] if int(field) < len(call.args) else None
        else:
            argument = call.keywords.get(field)
            if argument is None and re.search(r"[.\[]", field):
                return Unknown("is formatted in a way that is not followed", trail)
        if argument is None:
            if not call.complete:
                return Unknown("is called with arguments that are not known", trail)
            kind = "IndexError" if field.isdigit() else "KeyError"
            raise run.throw(kind, field, call.span, trail)
        code = ord(conversion) if conversion else -1
        parts.extend(members.formatted(run, argument, code, Known(spec), call.span))
    parts.append(value.value[position:])
    return operations.make_text(parts, trail)


def partial_text(run: Run, name: str, value: V, call: Call) -> V:
    """A method of a text of which only parts are known."""
    assert isinstance(value, Known)
    text: Text = value.value
    trail = run.trail(call.step(f"{name}()"), value, *call.args)
    unknown = next(part for part in text.parts if isinstance(part, Unknown))
    try:
        args = [plain(arg) for arg in call.args]
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    first, last = text.parts[0], text.parts[-1]
    if name == "startswith" and isinstance(first, str) and isinstance(args[0], str):
        if first.startswith(args[0]):
            return Known(True, trail)
        if not args[0].startswith(first):
            return Known(False, trail)
    if name == "endswith" and isinstance(last, str) and isinstance(args[0], str):
        if last.endswith(args[0]):
            return Known(True, trail)
        if not args[0].endswith(last):
            return Known(False, trail)
    run.may_raise("ValueError", call.span)
    return Unknown(unknown.reason, trail)
