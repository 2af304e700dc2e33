"""pydantic's plain models: their fields are their arguments, checked by their types (releases 1 and 2)."""

from __future__ import annotations

import re

from confguard.model.django import classes
from confguard.model.django.library import pydantic
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    FunctionObject,
    InstanceObject,
    ListObject,
    Namespace,
    Native,
    V,
)
from confguard.model.value import Known, Unknown

_BASES = ("pydantic.BaseModel", "pydantic.main.BaseModel")
_ERROR = "pydantic_core.ValidationError"
_OPTIONAL = re.compile(r"Optional\[(?P<inner>.*)\]|(?P<before>.*)\|None|None\|(?P<after>.*)")
_PLAIN = {"str": str, "int": int, "float": float, "bool": bool}


def is_model(cls: ClassObject) -> bool:
    """Say whether a class inherits from pydantic's BaseModel."""
    return classes.inherits(cls, _BASES)


def is_plain_model(cls: ClassObject) -> bool:
    """Say whether the instances of a class are made by pydantic alone."""
    own = [place for place in classes.resolution_order(cls) if isinstance(place, ClassObject)]
    names = {"__init__", "__new__", "model_post_init"}
    return is_model(cls) and not any(names & place.namespace.names.keys() for place in own)


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V:
    """Make an instance of a model."""
    instance = InstanceObject(cls, Namespace(run.journal.serial))
    _fill(run, cls, instance, arguments)
    return Known(instance, run.trail(arguments.step(f"made from {cls.name}")))


def initializer(cls: ClassObject, instance: InstanceObject) -> V:
    """Return the model's own ``__init__``, for a class that calls it from its own."""

    def fill(run: Run, call: Call) -> V:
        _fill(run, cls, instance, call)
        return Known(None, call.trail)

    return Known(Native("__init__", fill))


def _fill(run: Run, cls: ClassObject, instance: InstanceObject, call: Call) -> None:
    """Give an instance its fields. Raises ValidationError where one that is required is surely not given."""
    run.journal.touch(instance.namespace)
    order = [place for place in classes.resolution_order(cls) if isinstance(place, ClassObject)]
    if call.args or _is_changed(order):
        instance.namespace.complete = False
        run.may_raise(_ERROR, call.span)
        return
    missing: list[str] = []
    for name, (annotation, default) in pydantic.fields(order).items():
        found = call.keywords.get(name)
        if found is None and not call.complete:
            found = Unknown("is called with arguments that are not known", call.trail)
            run.may_raise(_ERROR, call.span)
        elif found is not None:
            found = _checked(run, found, annotation, call)
        elif isinstance(default, Known) and isinstance(default.value, pydantic.Field):
            found = default.value.default(run, call.span)
        else:
            found = default
        if found is None:
            missing.append(name)
            continue
        instance.namespace.names[name] = found
    if missing:
        raise run.throw(_ERROR, f"Field required: {', '.join(missing)}", call.span)


def _is_changed(order: list[ClassObject]) -> bool:
    """Say whether classes change how they are made: by validators, aliases or a configuration."""
    for place in order:
        for name, value in place.namespace.names.items():
            if name in ("model_config", "Config"):
                return True
            if isinstance(value, Unknown) and "pydantic" in value.reason:
                return True
            payload = value.value if isinstance(value, Known) else None
            if isinstance(payload, pydantic.Field) and payload.alias is not None:
                return True
            if isinstance(payload, FunctionObject) and name.startswith("__get_"):
                return True
    return False


def _checked(run: Run, value: V, annotation: str, call: Call) -> V:
    """Return a field's value where its type says that it is taken as it is; others are not known."""
    wanted = annotation.replace(" ", "").strip("\"'")
    match = _OPTIONAL.fullmatch(wanted)
    if match is not None:
        if isinstance(value, Known) and value.value is None:
            return value
        wanted = match["inner"] or match["before"] or match["after"]
    if isinstance(value, Known):
        payload = value.value
        if type(payload) is _PLAIN.get(wanted) or wanted == "Any":
            return value
        if isinstance(payload, InstanceObject) and payload.cls.name == wanted:
            return value
        if (
            wanted.lower() == "list[str]"
            and isinstance(payload, ListObject)
            and payload.complete
            and all(isinstance(item, Known) and type(item.value) is str for item in payload.items)
        ):
            return value
    run.may_raise(_ERROR, call.span)
    return Unknown(f"is checked as {annotation}, which is not followed", value.trail)
