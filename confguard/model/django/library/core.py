"""Python's built-in functions and types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from confguard.model.django import arithmetic, assigning, classes, members, operations
from confguard.model.django.library import registry, shown
from confguard.model.django.library.sequences import ERRORS
from confguard.model.django.machine import MAX_ITEMS, Run
from confguard.model.django.objects import (
    BoundMethod,
    Call,
    ClassObject,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    ListObject,
    Native,
    NativeObject,
    Raised,
    Text,
    TupleObject,
    V,
)
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown


def pure(
    function: Callable[..., Any], name: str, limit: Callable[..., bool] | None = None
) -> registry.Function:
    """Model a function by Python's own, on plain values; its errors are those of the program."""

    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"{name}()"), *call.args, *call.keywords.values())
        try:
            args = [plain(arg) for arg in call.args]
            keywords = {key: plain(arg) for key, arg in call.keywords.items()}
        except NotPlain as error:
            run.may_raise("ValueError", call.span, run.is_from_environment(call.args), trail)
            return Unknown(error.unknown.reason, trail)
        if not call.complete:
            return Unknown("is called with arguments that are not known", trail)
        if any(map(operations.marked, args)):
            return Unknown("depends on where the project lies", trail)
        if limit is not None and limit(*args):
            return Unknown("is too large to be computed", trail)
        try:
            return run.wrap(function(*args, **keywords), trail)
        except ERRORS as error:
            raise run.throw(type(error).__name__, str(error), call.span, trail) from None

    return apply


def _str(run: Run, call: Call) -> V:
    if not call.args:
        return Known("", call.trail)
    if len(call.args) > 1:
        return pure(str, "str")(run, call)
    value = shown.text(run, call.args[0], call.span)
    trail = run.trail(call.step("str()"), value)
    return Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)


def _bool(run: Run, call: Call) -> V:
    if not call.args:
        return Known(False, call.trail)
    trail = run.trail(call.step("bool()"), call.args[0])
    verdict = operations.asked(run, call.args[0], call.span)
    if verdict is None:
        value = call.args[0]
        return Unknown(value.reason if isinstance(value, Unknown) else "is only partly known", trail)
    return Known(verdict, trail)


def _len(run: Run, call: Call) -> V:
    value = call.args[0]
    trail = run.trail(call.step("len()"), value)
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, ListObject | TupleObject | DictObject):
        size = len(payload.entries) if isinstance(payload, DictObject) else len(payload.items)
        if payload.complete and not getattr(payload, "maybe", None):
            return Known(size, trail)
        return Unknown("not all of its items are known", trail)
    if isinstance(payload, Text) or operations.marked(payload):
        return Unknown("is only partly known", trail)
    if isinstance(payload, InstanceObject):
        method = classes.instance_attribute(run, value, payload, "__len__", call.span)
        return registry.call_known(run, method, [], call.span) if method else Unknown("has no length", trail)
    return pure(len, "len")(run, call)


_TYPES: dict[str, Any] = {
    "str": (str, Text),
    "bytes": bytes,
    "bool": bool,
    "int": int,
    "float": float,
    "list": ListObject,
    "tuple": TupleObject,
}


def _isinstance(run: Run, call: Call) -> V:
    value, kind = call.args[0], call.args[1]
    trail = run.trail(call.step("isinstance()"), value)
    if isinstance(value, Unknown) or isinstance(kind, Unknown):
        return Unknown(value.reason if isinstance(value, Unknown) else "is not followed", trail)
    kinds = kind.value.items if isinstance(kind.value, TupleObject) else (kind,)
    verdicts = [_is_one(value.value, one) for one in kinds]
    if True in verdicts:
        return Known(True, trail)
    return (
        Unknown("is compared with a class that is not followed", trail)
        if None in verdicts
        else Known(False, trail)
    )


def _is_one(payload: Any, kind: V) -> bool | None:
    if isinstance(kind, Unknown):
        return None
    cls = kind.value
    if isinstance(cls, ClassObject):
        if isinstance(payload, InstanceObject):
            order = classes.resolution_order(payload.cls)
            return True if cls in order else None if any(isinstance(x, Unknown) for x in order) else False
        return False
    if not isinstance(cls, External):
        return None
    name = cls.path.removeprefix("builtins.")
    if isinstance(payload, InstanceObject | NativeObject | External):
        return None
    if name in ("dict", "set", "frozenset"):
        return isinstance(payload, DictObject) and payload.kind == name
    if name in _TYPES:
        return isinstance(payload, _TYPES[name])
    if name in ("pathlib.Path", "pathlib.PurePath", "os.PathLike"):
        return isinstance(payload, PurePath)
    if name == "object":
        return True
    return None


def _getattr(run: Run, call: Call) -> V:
    owner, name = call.args[0], call.args[1]
    default = call.args[2] if len(call.args) > 2 else None
    if not isinstance(name, Known) or not isinstance(name.value, str):
        return Unknown("is an attribute whose name is not known", call.trail)
    found = members.find_attribute(run, owner, name.value, call.span, call.scope)
    if found is not None:
        if default is not None and isinstance(found, Known) and isinstance(found.value, External):
            return Unknown(f"comes from {found.value.path}", call.trail)
        return found
    if default is not None:
        return default
    return members.attribute(run, owner, name.value, call.span, call.scope)


def _hasattr(run: Run, call: Call) -> V:
    owner, name = call.args[0], call.args[1]
    if not isinstance(name, Known) or isinstance(owner, Unknown) or isinstance(owner.value, External):
        return Unknown("is an attribute that is not known", call.trail)
    return Known(
        members.find_attribute(run, owner, name.value, call.span, call.scope) is not None, call.trail
    )


def _setattr(run: Run, call: Call) -> V:
    if isinstance(call.args[1], Known):
        assigning.set_attribute(run, call.args[0], str(call.args[1].value), call.args[2], call.span)
    return Known(None)


def _print(run: Run, call: Call) -> V:
    return Known(None, call.trail)


def _type(run: Run, call: Call) -> V:
    value = call.args[0]
    payload = value.value if isinstance(value, Known) else None
    if len(call.args) == 1 and isinstance(payload, InstanceObject):
        return Known(payload.cls)
    if len(call.args) == 1 and isinstance(value, Known):
        for name in ("bool", "str", "int", "float", "bytes", "list", "tuple"):
            if isinstance(payload, _TYPES[name]):
                return Known(External(f"builtins.{name}"))
        if isinstance(payload, DictObject):
            return Known(External(f"builtins.{payload.kind}"))
    return Unknown("is a class that is not followed", call.trail)


def _exit(run: Run, call: Call) -> V:
    raise Raised(ExceptionObject(External("builtins.SystemExit"), tuple(call.args), call.span), call.trail)


def _callable(run: Run, call: Call) -> V:
    value = call.args[0]
    if isinstance(value, Unknown) or isinstance(value.value, External | InstanceObject | NativeObject):
        return Unknown("is not known to be callable", call.trail)
    return Known(isinstance(value.value, FunctionObject | BoundMethod | ClassObject | Native), call.trail)


def _repr(run: Run, call: Call) -> V:
    return pure(repr, "repr")(run, call)


def _open(run: Run, call: Call) -> V:
    return registry.open_file(
        run, call.args[0], Call(call.args[1:], call.keywords, call.span, call.complete, call.scope)
    )


def _huge_power(*args: Any) -> bool:
    return arithmetic.too_big("**", args[0], args[1]) if len(args) > 1 else True


def _isinstance_or_sub(run: Run, call: Call) -> V:
    return Unknown("is not followed", call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "builtins.str": _str,
    "builtins.bool": _bool,
    "builtins.len": _len,
    "builtins.isinstance": _isinstance,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.print": _print,
    "builtins.type": _type,
    "builtins.callable": _callable,
    "builtins.exit": _exit,
    "builtins.quit": _exit,
    "sys.exit": _exit,
    "builtins.repr": _repr,
    "builtins.open": _open,
    "builtins.int": pure(
        int, "int", lambda *args: any(isinstance(arg, str) and len(arg) > 4000 for arg in args)
    ),
    "builtins.float": pure(float, "float"),
    "builtins.complex": pure(complex, "complex"),
    "builtins.abs": pure(abs, "abs"),
    "builtins.round": pure(round, "round"),
    "builtins.divmod": pure(divmod, "divmod"),
    "builtins.pow": pure(pow, "pow", _huge_power),
    "builtins.chr": pure(chr, "chr"),
    "builtins.ord": pure(ord, "ord"),
    "builtins.hex": pure(hex, "hex"),
    "builtins.oct": pure(oct, "oct"),
    "builtins.bin": pure(bin, "bin"),
    "builtins.ascii": pure(ascii, "ascii"),
    "builtins.bytes": pure(
        bytes, "bytes", lambda *args: any(isinstance(arg, int) and arg > MAX_ITEMS for arg in args)
    ),
    "builtins.format": pure(
        format, "format", lambda *args: any(isinstance(arg, str) and len(arg) > 12 for arg in args[1:])
    ),
}
