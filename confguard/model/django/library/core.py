"""Python's built-in functions and types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from confguard.model.django import calls, classes, iteration, members, operations
from confguard.model.django.library import registry
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
    ModuleObject,
    Namespace,
    Native,
    NativeObject,
    Raised,
    Text,
    TupleObject,
    V,
)
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_ERRORS = (TypeError, ValueError, OverflowError, ZeroDivisionError)


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
            run.may_raise("ValueError", call.span)
            return Unknown(error.unknown.reason, trail)
        if not call.complete:
            return Unknown("is called with arguments that are not known", trail)
        if any(map(operations.marked, args)):
            return Unknown("depends on where the project lies", trail)
        if limit is not None and limit(*args):
            return Unknown("is too large to be computed", trail)
        try:
            return run.wrap(function(*args, **keywords), trail)
        except _ERRORS as error:
            raise run.throw(type(error).__name__, str(error), call.span, trail) from None

    return apply


def _str(run: Run, call: Call) -> V:
    if not call.args:
        return Known("", call.trail)
    if len(call.args) > 1:
        return pure(str, "str")(run, call)
    value = registry.text(run, call.args[0], call.span)
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


def _sequence(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.args:
            return Known(run.new_list([]) if kind == "list" else TupleObject(()), call.trail)
        walk = iteration.iterate(run, call.args[0], call.span)
        trail = run.trail(call.step(f"{kind}()"), call.args[0])
        if not walk.ordered and len(walk.items) > 1:
            return Unknown("has an order that is not known", trail)
        if isinstance(call.args[0], Unknown) or (not walk.complete and not walk.ordered):
            return Unknown(
                call.args[0].reason if isinstance(call.args[0], Unknown) else "is only partly known", trail
            )
        made = (
            run.new_list(walk.items, walk.complete)
            if kind == "list"
            else TupleObject(tuple(walk.items), walk.complete)
        )
        return Known(made, trail)

    return apply


def _set(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"{kind}()"), *call.args)
        if not call.args:
            return Known(run.new_dict(kind=kind), trail)
        walk = iteration.iterate(run, call.args[0], call.span)
        return iteration.make_set(run, walk.items, walk.complete, call.span, trail, kind)

    return apply


def _dict(run: Run, call: Call) -> V:
    made = run.new_dict()
    for arg in call.args[:1]:
        if isinstance(arg, Known) and isinstance(
            arg.value, ListObject | TupleObject | DictObject | NativeObject
        ):
            members.update(run, made, arg, call.span)
        else:
            members.update(run, made, arg, call.span)
    for key, value in call.keywords.items():
        members.put(run, made, Known(key, call.trail), value, call.span)
    made.complete = made.complete and call.complete
    return Known(made, run.trail(call.step("dict()"), *call.args))


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


def _range(run: Run, call: Call) -> V:
    try:
        return Known(range(*(plain(arg) for arg in call.args)), call.trail)
    except NotPlain as error:
        return Unknown(error.unknown.reason, call.trail)
    except _ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span) from None


def _sorted(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    trail = run.trail(call.step("sorted()"), call.args[0])
    key, reverse = call.keywords.get("key", Known(None)), call.keywords.get("reverse", Known(False))
    if not walk.complete:
        return Unknown("not all of its items are known", trail)
    pairs = []
    for item in walk.items:
        made = (
            item
            if isinstance(key, Known) and key.value is None
            else registry.call_known(run, key, [item], call.span)
        )
        try:
            pairs.append((plain(made), item))
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
    if not walk.ordered and isinstance(key, Known) and key.value is not None:
        return Unknown("has an order that is not known", trail)
    try:
        pairs.sort(key=lambda pair: pair[0], reverse=bool(plain(reverse)))
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    except TypeError as error:
        raise run.throw("TypeError", str(error), call.span, trail) from None
    return Known(run.new_list([item for _, item in pairs]), trail)


def _extreme(function: Any) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"{function.__name__}()"), *call.args)
        items = call.args
        if len(call.args) == 1:
            walk = iteration.iterate(run, call.args[0], call.span)
            if not walk.complete:
                return Unknown("not all of its items are known", trail)
            items = walk.items
        if "key" in call.keywords:
            return Unknown("is computed in a way that is not followed", trail)
        if not items and "default" in call.keywords:
            return call.keywords["default"]
        try:
            values = [plain(item) for item in items]
            return items[values.index(function(values))]
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        except _ERRORS as error:
            raise run.throw(type(error).__name__, str(error), call.span, trail) from None

    return apply


def _any_all(wanted: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        walk = iteration.iterate(run, call.args[0], call.span)
        trail = run.trail(call.step("any()" if wanted else "all()"), call.args[0], *walk.items[:6])
        verdicts = [operations.truth(item) for item in walk.items]
        if wanted in verdicts:
            return Known(wanted, trail)
        if None in verdicts or not walk.complete:
            return Unknown("not all of its items are known", trail)
        return Known(not wanted, trail)

    return apply


def _sum(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    total: V = call.get(1, "start", Known(0)) or Known(0)
    if not walk.complete or not walk.ordered:
        return Unknown("not all of its items are known", call.trail)
    for item in walk.items:
        total = operations.binary(run, "+", total, item, call.span)
    return total


def _enumerate(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    start = call.get(1, "start", Known(0))
    if not walk.ordered or not isinstance(start, Known) or not isinstance(start.value, int):
        return Unknown("has an order that is not known", call.trail)
    pairs = [Known(TupleObject((Known(start.value + index), item))) for index, item in enumerate(walk.items)]
    return Known(run.new_list(pairs, walk.complete), call.trail)


def _zip(run: Run, call: Call) -> V:
    walks = [iteration.iterate(run, arg, call.span) for arg in call.args]
    if not all(walk.ordered and walk.complete for walk in walks):
        return Unknown("not all of its items are known", call.trail)
    rows = [Known(TupleObject(tuple(row))) for row in zip(*(walk.items for walk in walks), strict=False)]
    return Known(run.new_list(rows), call.trail)


def _map(run: Run, call: Call) -> V:
    walks = [iteration.iterate(run, arg, call.span) for arg in call.args[1:]]
    trail = run.trail(call.step("map()"), *call.args[1:])
    ordered = all(walk.ordered for walk in walks)
    items = [
        registry.call_known(run, call.args[0], list(row), call.span)
        for row in zip(*(walk.items for walk in walks), strict=False)
    ]
    complete = all(walk.complete for walk in walks)
    if not ordered and len(items) > 1:
        return iteration.make_set(run, items, complete, call.span, trail)
    return Known(run.new_list(items, complete), trail)


def _filter(run: Run, call: Call) -> V:
    function, source = call.args[0], call.args[1]
    walk = iteration.iterate(run, source, call.span)
    trail = run.trail(call.step("filter()"), source)
    kept: list[V] = []
    for item in walk.items:
        plainly = isinstance(function, Known) and function.value is None
        verdict = operations.truth(item if plainly else registry.call_known(run, function, [item], call.span))
        if verdict is None:
            return Unknown("not all of its items are known", trail)
        if verdict:
            kept.append(item)
    if not walk.ordered and len(kept) > 1:
        return Unknown("has an order that is not known", trail)
    return Known(run.new_list(kept, walk.complete), trail)


def _reversed(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    if not walk.complete or not walk.ordered:
        return Unknown("not all of its items are known", call.trail)
    return Known(run.new_list(walk.items[::-1]), run.trail(call.step("reversed()"), call.args[0]))


def _next(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    if walk.items and walk.ordered:
        return walk.items[0]
    if walk.complete and not walk.items:
        if len(call.args) > 1:
            return call.args[1]
        raise run.throw("StopIteration", "", call.span)
    return Unknown("not all of its items are known", call.trail)


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
        calls.set_attribute(run, call.args[0], str(call.args[1].value), call.args[2], call.span)
    return Known(None)


class Names(NativeObject):
    """``globals()``, ``locals()`` and ``vars()``: a module's or function's names as a dict."""

    __slots__ = ("namespace",)

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        methods: dict[str, registry.Function] = {
            "get": self._get,
            "setdefault": self._setdefault,
            "update": self._update,
            "pop": self._pop,
            "__getitem__": self._item,
        }
        if name in methods:
            return Known(Native(name, methods[name]))
        if name in ("items", "keys", "values", "copy"):
            view = registry.call_known(
                run, members.attribute(run, self.as_dict(run, span), name, span, None), [], span
            )
            return Known(Native(name, lambda run, call: view))
        return None

    def as_dict(self, run: Run, span: Span) -> V:
        """Return the names as a dict."""
        made = run.new_dict((key, Known(key), value) for key, value in self.namespace.names.items())
        made.complete = self.namespace.complete
        return Known(made)

    def walk(self, run: Run, span: Span) -> iteration.Walk:
        """Return the names."""
        return iteration.Walk([Known(name) for name in self.namespace.names], self.namespace.complete)

    def look(self, name: str) -> V | None:
        """Return what a name holds; None if it surely is not there."""
        return self._look(Known(name))

    def _look(self, key: V) -> V | None:
        if isinstance(key, Unknown):
            return Unknown("is looked up by a name that is not known", key.trail)
        found = self.namespace.names.get(key.value)
        if found is None and not self.namespace.complete:
            return Unknown("may come from a star import that is not followed", key.trail)
        return found

    def _get(self, run: Run, call: Call) -> V:
        found = self._look(call.args[0])
        return found if found is not None else call.args[1] if len(call.args) > 1 else Known(None)

    def _item(self, run: Run, call: Call) -> V:
        found = self._look(call.args[0])
        if found is None:
            raise run.throw("KeyError", str(plain(call.args[0])), call.span)
        return found

    def _setdefault(self, run: Run, call: Call) -> V:
        found = self._look(call.args[0])
        if found is not None:
            return found
        default = call.args[1] if len(call.args) > 1 else Known(None)
        self.set_item(run, call.args[0], default, call.span)
        return default

    def _pop(self, run: Run, call: Call) -> V:
        found = self._look(call.args[0])
        run.journal.touch(self.namespace)
        if isinstance(call.args[0], Known):
            self.namespace.names.pop(call.args[0].value, None)
        return found if found is not None else call.args[1] if len(call.args) > 1 else Known(None)

    def _update(self, run: Run, call: Call) -> V:
        made = run.new_dict()
        for arg in call.args:
            members.update(run, made, arg, call.span)
        for key, (_, value) in made.entries.items():
            self.set_item(run, Known(key), value, call.span)
        for name, value in call.keywords.items():
            self.set_item(run, Known(name), value, call.span)
        if not made.complete or not call.complete:
            self.spoil(run, Unknown("may be replaced by an update of all names"))
        return Known(None)

    def set_item(self, run: Run, key: V, value: V, span: Span) -> None:
        """``globals()[key] = value``."""
        run.journal.touch(self.namespace)
        if isinstance(key, Known) and isinstance(key.value, str):
            trail = run.trail(Step(f"assigned to {key.value}", span), value)
            self.namespace.names[key.value] = (
                Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)
            )
        else:
            self.spoil(run, Unknown("may be set under a name that is not known"))

    def contains(self, run: Run, item: V, span: Span) -> V:
        """Answer ``in``."""
        found = self._look(item)
        if isinstance(found, Unknown) and (
            isinstance(item, Unknown) or item.value not in self.namespace.names
        ):
            return found
        return Known(found is not None)

    def spoil(self, run: Run, unknown: Unknown) -> None:
        """Something that is not followed got hold of all names."""
        run.journal.touch(self.namespace)
        self.namespace.complete = False
        for name, value in list(self.namespace.names.items()):
            if name.isupper():
                self.namespace.names[name] = Unknown(unknown.reason, (*unknown.trail, *value.trail[:8]))


def _globals(run: Run, call: Call) -> V:
    assert call.scope is not None
    return Known(Names(call.scope.module.namespace), call.trail)


def _locals(run: Run, call: Call) -> V:
    assert call.scope is not None
    if call.args:
        payload = call.args[0].value if isinstance(call.args[0], Known) else None
        if isinstance(payload, ModuleObject | InstanceObject | ClassObject):
            return Known(Names(payload.namespace), call.trail)
        return Unknown("is not followed", call.trail)
    return Known(Names(call.scope.names), call.trail)


class Super(NativeObject):
    """``super()``: attributes of the classes behind the one whose method runs."""

    __slots__ = ("owner", "receiver")

    def __init__(self, owner: ClassObject, receiver: V) -> None:
        self.owner, self.receiver = owner, receiver

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        payload = self.receiver.value if isinstance(self.receiver, Known) else None
        cls = payload.cls if isinstance(payload, InstanceObject) else payload
        if not isinstance(cls, ClassObject):
            return Unknown("is inherited from a class that is not known")
        found = classes.find(cls, name, self.owner)
        if found is None:
            return (
                Known(Native(name, lambda run, call: Known(None)))
                if name.startswith("__init") or name in ("setup", "pre_setup", "post_setup")
                else None
            )
        return classes.bind(run, found, self.receiver, Known(cls), span)


def _super(run: Run, call: Call) -> V:
    scope = call.scope
    while scope is not None and scope.owner is None:
        scope = scope.parent
    if scope is None or scope.owner is None or scope.receiver is None:
        return Unknown("uses super() in a way that is not followed", call.trail)
    return Known(Super(scope.owner, scope.receiver))


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
    return operations.too_big("**", args[0], args[1]) if len(args) > 1 else True


def _isinstance_or_sub(run: Run, call: Call) -> V:
    return Unknown("is not followed", call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "builtins.str": _str,
    "builtins.bool": _bool,
    "builtins.list": _sequence("list"),
    "builtins.tuple": _sequence("tuple"),
    "builtins.set": _set("set"),
    "builtins.frozenset": _set("frozenset"),
    "builtins.dict": _dict,
    "builtins.len": _len,
    "builtins.range": _range,
    "builtins.sorted": _sorted,
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.any": _any_all(True),
    "builtins.all": _any_all(False),
    "builtins.sum": _sum,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.reversed": _reversed,
    "builtins.iter": lambda run, call: call.args[0],
    "builtins.next": _next,
    "builtins.isinstance": _isinstance,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.globals": _globals,
    "builtins.locals": _locals,
    "builtins.vars": _locals,
    "builtins.super": _super,
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
