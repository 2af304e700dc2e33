"""What decorators and bases of libraries make of classes: dataclasses, enumerations, pydantic's models."""

from __future__ import annotations

from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    External,
    FunctionObject,
    InstanceObject,
    Namespace,
    TupleObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

DECORATED = "is decorated by "
"""How the reason of a function of the repository begins that a decorator has changed."""


def decorate(run: Run, decorator: V, value: V, span: Span) -> V:
    """Return what a decorated function or class becomes."""
    from confguard.model.django import calls

    payload = decorator.value if isinstance(decorator, Known) else None
    if isinstance(payload, External) and payload.path in _TRANSPARENT:
        return value
    if isinstance(payload, External) and payload.path in ("dataclasses.dataclass", "attr.s", "attrs.define"):
        return mark_dataclass(value)
    if isinstance(payload, FunctionObject | ClassObject | InstanceObject) or hasattr(payload, "receiver"):
        return calls.call(run, decorator, Call([value], {}, span))
    if getattr(payload, "dataclass", False):
        return mark_dataclass(value)
    if getattr(payload, "transparent", False) or (
        "urlconf" in run.hooks and isinstance(value, Known) and isinstance(value.value, FunctionObject)
    ):
        return value  # in a URLconf it is enough to know which view it is
    reason = (
        decorator.reason
        if isinstance(decorator, Unknown)
        else f"{DECORATED}{payload.path}"
        if isinstance(payload, External)
        else "is decorated in a way that is not followed"
    )
    return Unknown(reason, value.trail)


_TRANSPARENT = frozenset(
    {
        "functools.lru_cache",
        "functools.cache",
        "functools.wraps",
        "typing.final",
        "typing.no_type_check",
        "typing.overload",
        "typing.runtime_checkable",
        "abc.abstractmethod",
        "enum.unique",
    }
)


def mark_dataclass(value: V) -> V:
    """Note on a class that its instances are made from its annotated fields."""
    if isinstance(value, Known) and isinstance(value.value, ClassObject):
        value.value.namespace.names["__dataclass__"] = Known(True)
    return value


def dataclass_fields(run: Run, cls: ClassObject, instance: InstanceObject, arguments: Call) -> bool:
    """Fill an instance of a dataclass or named tuple from the arguments; False if the class is neither."""
    from confguard.model.django import classes

    order = [place for place in classes.resolution_order(cls) if isinstance(place, ClassObject)]
    if not any("__dataclass__" in place.namespace.names for place in order) and not classes.inherits(
        cls, ("typing.NamedTuple",)
    ):
        return False
    fields: dict[str, V | None] = {}
    for place in reversed(order):
        annotations = place.namespace.names.get("__annotations__")
        if isinstance(annotations, Known):
            for name in annotations.value.entries:
                fields[name] = place.namespace.names.get(name)
    for index, (name, default) in enumerate(fields.items()):
        found = arguments.get(index, name)
        if found is None and not arguments.complete:
            found = Unknown("is called with arguments that are not known")
        if found is None and isinstance(default, Known) and getattr(default.value, "field", False):
            found = default.value.make(run, arguments.span)
        if found is None:
            found = default
        if found is None:
            raise run.throw(
                "TypeError", f"{cls.name}() missing 1 required argument: '{name}'", arguments.span
            )
        instance.namespace.names[name] = found
    post = classes.find(cls, "__post_init__")
    if isinstance(post, Known) and isinstance(post.value, FunctionObject):
        from confguard.model.django import calls

        value = Known(instance)
        calls.call_function(run, post.value, Call([value], {}, arguments.span), value)
    return True


def finish_class(run: Run, cls: ClassObject, value: V, span: Span) -> V:
    """Return what a class statement really makes: the members of an enumeration become instances."""
    from confguard.model.django import classes

    if not classes.inherits(cls, ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.IntFlag", "enum.Flag")):
        return value
    counter = 0
    for name, item in list(cls.namespace.names.items()):
        if name.startswith("_") or (isinstance(item, Known) and isinstance(item.value, FunctionObject)):
            continue
        if isinstance(item, Known) and item.value == AUTO:
            counter += 1
            item = Known(name.lower() if classes.inherits(cls, ("enum.StrEnum",)) else counter, item.trail)
        elif isinstance(item, Known) and isinstance(item.value, int):
            counter = item.value
        if (
            isinstance(item, Known)
            and isinstance(item.value, TupleObject)
            and classes.inherits(cls, ("builtins.str", "enum.StrEnum"))
        ):
            # An enumeration of texts makes each value as str(*tuple).
            item = (
                item.value.items[0]
                if len(item.value.items) == 1
                else Unknown("is made from several parts", item.trail)
            )
        member = InstanceObject(cls, Namespace(run.journal.serial))
        member.namespace.names.update(
            {"value": item, "name": Known(name), "_value_": item, "_name_": Known(name)}
        )
        cls.namespace.names[name] = Known(member, item.trail)
    return value


AUTO = External("enum.auto()")


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V | None:
    """Make an instance of a class that stands on a library's; None for all others."""
    from confguard.model.django import classes, equality, iteration
    from confguard.model.django.library import pydantic, pydantic_models, routing

    members = iteration.enum_members(cls)
    if members is not None and classes.inherits(cls, ("enum.Enum", "enum.StrEnum", "enum.IntEnum")):
        for member in members:
            assert isinstance(member, Known)
            if arguments.args and equality.equal(member.value.namespace.names["value"], arguments.args[0]):
                return member
        if arguments.args and all(
            isinstance(member, Known)
            and equality.equal(member.value.namespace.names["value"], arguments.args[0]) is False
            for member in members
        ):
            shown = arguments.args[0].value if isinstance(arguments.args[0], Known) else ""
            message = f"{shown!r} is not a valid {cls.name}"
            raise run.throw("ValueError", message, arguments.span, arguments.args[0].trail)
        return Unknown("is a member of an enumeration that is not known", arguments.trail)
    routes = routing.instantiate(run, cls, arguments)
    if routes is not None:
        return routes
    if classes.inherits(cls, pydantic.BASES):
        return pydantic.instantiate(run, cls, arguments)
    if pydantic_models.is_plain_model(cls):
        return pydantic_models.instantiate(run, cls, arguments)
    return None
