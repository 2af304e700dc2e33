"""Classes of the repository and their instances: where an attribute is found, and what it becomes."""

from __future__ import annotations

import re

from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    BoundMethod,
    ClassObject,
    External,
    FunctionObject,
    InstanceObject,
    Native,
    NativeObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

_HARMLESS = frozenset(
    {
        "builtins.object",
        "abc.ABC",
        "typing.Protocol",
        "typing.Generic",
        "enum.Enum",
        "enum.StrEnum",
        "enum.IntEnum",
        "builtins.str",
        "builtins.int",
        "configurations.Configuration",
        "configurations.base.Configuration",
        "builtins.Exception",
    }
)
"""Library classes of which nothing is needed that a repository's class could inherit."""

_CONFIGURATIONS = ("configurations.Configuration", "configurations.base.Configuration")
_MAX_CLASSES = 60


def resolution_order(cls: ClassObject) -> list[ClassObject | External | Unknown]:
    """Return the classes in which an attribute is looked for, in Python's order (C3 linearization)."""
    return _linear(cls, 0) or [cls]


def _linear(cls: ClassObject, depth: int) -> list[ClassObject | External | Unknown] | None:
    if depth > _MAX_CLASSES:
        return [cls]
    sequences: list[list[ClassObject | External | Unknown]] = []
    direct: list[ClassObject | External | Unknown] = []
    for base in cls.bases:
        if isinstance(base, Unknown):
            direct.append(base)
            sequences.append([base])
        elif isinstance(base.value, ClassObject):
            direct.append(base.value)
            sequences.append(_linear(base.value, depth + 1) or [base.value])
        elif isinstance(base.value, External):
            direct.append(base.value)
            sequences.append([base.value])
        else:
            unknown = Unknown("inherits from an object that is not followed", base.trail)
            direct.append(unknown)
            sequences.append([unknown])
    sequences.append(direct)
    out: list[ClassObject | External | Unknown] = [cls]
    while any(sequences):
        for sequence in sequences:
            if sequence and not any(sequence[0] in other[1:] for other in sequences):
                head = sequence[0]
                break
        else:
            return None
        out.append(head)
        sequences = [[x for x in sequence if x is not head and x != head] for sequence in sequences]
    return out


_OF_PYDANTIC = re.compile(
    r"(model_\w+|dict|json|copy|construct|parse_\w+|from_orm|schema(_json)?|validate|update_forward_refs|__\w+__)\Z"
)
"""What pydantic's classes have beside their fields (docs.pydantic.dev, "Models", releases 1 and 2)."""


def find(cls: ClassObject, name: str, after: ClassObject | None = None) -> V | None:
    """Return what a class has under a name, unbound; None if it is surely not there.

    With ``after`` the search begins behind that class, as ``super()`` does.
    """
    order = resolution_order(cls)
    if after is not None and after in order:
        order = order[order.index(after) + 1 :]
    for place in order:
        if isinstance(place, Unknown):
            return Unknown(f"may be inherited from a class that is not known: {place.reason}", place.trail)
        if isinstance(place, External):
            if place.path in _CONFIGURATIONS and name in ("pre_setup", "setup", "post_setup", "load_dotenv"):
                return Known(Native(name, lambda run, call: Known(None)))
            if place.path.partition(".")[0].startswith("pydantic") and _OF_PYDANTIC.match(name):
                return Unknown(f"is a method of {place.path}")
            if place.path in _HARMLESS or registry.knows_class(place.path):
                continue
            return Unknown(f"may be inherited from {place.path}")
        found = place.namespace.names.get(name)
        if found is not None:
            return found
        if not place.namespace.complete:
            return Unknown("may come from a star import that is not followed")
    return None


def instance_attribute(run: Run, value: V, instance: InstanceObject, name: str, span: Span) -> V | None:
    """Return an attribute of an instance, bound to it."""
    own = instance.namespace.names.get(name)
    if own is not None:
        return own
    if name == "__class__":
        return Known(instance.cls)
    if name == "__dict__":
        made = run.new_dict((key, Known(key), item) for key, item in instance.namespace.names.items())
        return Known(made)
    if not instance.namespace.complete:
        return Unknown("is set in a way that is not followed")
    found = find(instance.cls, name)
    if found is None:
        fallback = find(instance.cls, "__getattr__")
        if isinstance(fallback, Known) and isinstance(fallback.value, FunctionObject):
            return registry.call_known(run, Known(BoundMethod(fallback.value, value)), [Known(name)], span)
        return fallback
    return bind(run, found, value, Known(instance.cls), span)


def bind(run: Run, found: V, receiver: V, cls: V, span: Span) -> V:
    """Return what an attribute of a class becomes when it is taken from an instance."""
    if isinstance(found, Unknown):
        return found
    payload = found.value
    if isinstance(payload, FunctionObject):
        if payload.kind == "static":
            return found
        if payload.kind == "class":
            return Known(BoundMethod(payload, cls), found.trail)
        if payload.kind == "property":
            return registry.call_known(run, Known(BoundMethod(payload, receiver)), [], span)
        return Known(BoundMethod(payload, receiver), found.trail)
    if isinstance(payload, NativeObject) and hasattr(payload, "bind"):
        bound: V = payload.bind(run, receiver, span)
        return bound
    return found


def class_attribute(run: Run, cls: ClassObject, name: str, span: Span) -> V | None:
    """Return an attribute of a class itself."""
    if name == "__name__" or name == "__qualname__":
        return Known(cls.name)
    if name in ("__mro__", "__bases__"):
        return Unknown("is a tuple of classes")
    if name == "__module__":
        return Known(cls.module.name)
    found = find(cls, name)
    if found is None:
        return None
    if isinstance(found, Known) and isinstance(found.value, FunctionObject) and found.value.kind == "class":
        return Known(BoundMethod(found.value, Known(cls)), found.trail)
    return found


def class_item(run: Run, cls: ClassObject, key: V, span: Span) -> V:
    """Return ``Class[key]``: a member of an enumeration by its name."""
    if isinstance(key, Known) and isinstance(key.value, str):
        found = cls.namespace.names.get(key.value)
        if found is not None and isinstance(found, Known) and isinstance(found.value, InstanceObject):
            return found
    return Unknown("is looked up in a class")


def inherits(cls: ClassObject, paths: tuple[str, ...]) -> bool:
    """Say whether a class inherits, at whatever distance, from a library's class."""
    return any(isinstance(place, External) and place.path in paths for place in resolution_order(cls))
