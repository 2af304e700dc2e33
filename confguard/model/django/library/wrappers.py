"""functools, contextlib, dataclasses and named tuples."""

from __future__ import annotations

from confguard.model.django.library import classes_made, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, External, Native, NativeObject, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


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
            return classes_made.mark_dataclass(call.args[0])
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


FUNCTIONS: dict[str, registry.Function] = {
    "functools.partial": _partial,
    "functools.lru_cache": _decorator(False),
    "functools.cache": _decorator(False),
    "functools.wraps": _decorator(False),
    "contextlib.suppress": _suppress,
    "dataclasses.dataclass": _decorator(True),
    "dataclasses.field": lambda run, call: Known(FieldDefault(call), call.trail),
    "collections.namedtuple": _named_tuple,
}
