"""pydantic-settings 2: classes whose fields are read from the environment, where their types are plain."""

from __future__ import annotations

import json
import re
from typing import Any

from confguard.model.django import classes
from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    DictObject,
    InstanceObject,
    Namespace,
    NativeObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

BASES = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic_settings.main.BaseSettings")
_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE = frozenset({"0", "off", "f", "false", "n", "no"})


class Field(NativeObject):
    """``Field(default, alias=..., validation_alias=...)``."""

    __slots__ = ("made",)

    def __init__(self, made: Call) -> None:
        self.made = made

    def default(self, run: Run, span: Span) -> V | None:
        """Return the field's default, or None if it is required."""
        found = self.made.get(0, "default")
        if found is not None:
            return None if isinstance(found, Known) and found.value is ... else found
        factory = self.made.keywords.get("default_factory")
        return registry.call_known(run, factory, [], span) if factory is not None else None

    @property
    def alias(self) -> V | None:
        """The name that stands for the field's own in the environment."""
        return (
            self.made.keywords.get("validation_alias")
            or self.made.keywords.get("alias")
            or self.made.keywords.get("env")
        )


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V:
    """Make an instance of a settings class: arguments, then the environment, then defaults."""
    order = [place for place in classes.resolution_order(cls) if isinstance(place, ClassObject)]
    instance = InstanceObject(cls, Namespace(run.journal.serial))
    value = Known(instance, run.trail(arguments.step(f"made from {cls.name}")))
    prefix, files = _configuration(order)
    if prefix is None or any(
        name.startswith("__") is False and _validates(run, name, place)
        for place in order
        for name in place.namespace.names
    ):
        instance.namespace.complete = False
        return value
    missing: list[str] = []
    for name, (annotation, default) in fields(order).items():
        found = arguments.keywords.get(name)
        if found is None:
            found = _read(run, name, annotation, default, prefix, arguments)
        if found is None:
            missing.append(name)
            found = Unknown(f"nothing sets {name}")
        instance.namespace.names[name] = found
    if missing:
        names = tuple((prefix + name).upper() for name in missing)
        error = osenviron.missing(
            run,
            "pydantic_core.ValidationError",
            f"Field required: {', '.join(missing)}",
            names[0],
            arguments.span,
        )
        raise error
    del files
    return value


def _validates(run: Run, name: str, place: ClassObject) -> bool:
    """Say whether a class has a validator: what it does to the fields is not followed."""
    found = place.namespace.names[name]
    return isinstance(found, Unknown) and "pydantic" in found.reason


def _configuration(order: list[ClassObject]) -> tuple[str | None, tuple[str, ...]]:
    """Return the prefix of all names (None: not known) and the env files."""
    for place in order:
        found = place.namespace.names.get("model_config")
        if found is None:
            continue
        if not isinstance(found, Known) or not isinstance(found.value, DictObject):
            return None, ()
        pair = found.value.entries.get("env_prefix")
        if pair is None:
            return "", ()
        return (
            (pair[1].value, ())
            if isinstance(pair[1], Known) and isinstance(pair[1].value, str)
            else (None, ())
        )
    return "", ()


def fields(order: list[ClassObject]) -> dict[str, tuple[str, V | None]]:
    """Return the annotation and the default of each field of classes, base class last."""
    found: dict[str, tuple[str, V | None]] = {}
    for place in reversed(order):
        annotations = place.namespace.names.get("__annotations__")
        if not isinstance(annotations, Known):
            continue
        for name, (_, text) in annotations.value.entries.items():
            shown = text.value if isinstance(text, Known) else ""
            if name != "model_config" and not shown.startswith("ClassVar"):
                found[name] = (shown, place.namespace.names.get(name))
    return found


def _read(run: Run, name: str, annotation: str, default: V | None, prefix: str, arguments: Call) -> V | None:
    """Return a field's value; None if nothing gives one."""
    key: V = Known(prefix + name)
    if isinstance(default, Known) and isinstance(default.value, Field):
        alias = default.value.alias
        if alias is not None:
            if not isinstance(alias, Known) or not isinstance(alias.value, str):
                return Unknown("is read under a name that is not known")
            key = alias
        default = default.value.default(run, arguments.span)
    if not isinstance(key, Known):
        return Unknown("is read under a name that is not known")
    name_in_use = next(
        (
            word
            for word in (key.value, key.value.upper(), key.value.lower())
            if osenviron.current(run, word) is not None
        ),
        key.value.upper(),
    )
    found, record = osenviron.read(
        run,
        Known(name_in_use, key.trail),
        arguments.span,
        "pydantic_settings",
        default,
        default is None,
        annotation,
    )
    if found is None:
        result = (
            default if default is None else osenviron.defaulted(run, name_in_use, default, arguments.span)
        )
    else:
        result = _cast(run, found, annotation, arguments.span)
    if record is not None:
        record.result = result
    return result


_PLAIN = re.compile(r"^(?:Optional\[)?(str|int|float|bool|list\[str\]|List\[str\])\]?(?:\s*\|\s*None)?$")


def _cast(run: Run, value: V, annotation: str, span: Span) -> V:
    match = _PLAIN.match(annotation.replace(" ", "").replace("|None", " | None"))
    if isinstance(value, Unknown) or match is None:
        return (
            value
            if isinstance(value, Unknown)
            else Unknown(f"is read as {annotation}, which is not followed", value.trail)
        )
    text: str = value.value
    kind = match[1]
    try:
        if kind == "str":
            return value
        if kind == "bool":
            if text.strip().lower() not in _TRUE | _FALSE:
                raise ValueError
            return Known(text.strip().lower() in _TRUE, value.trail)
        if kind in ("int", "float"):
            return Known(int(text) if kind == "int" else float(text), value.trail)
        parsed: Any = json.loads(text)
        if not isinstance(parsed, list) or not all(isinstance(item, str) for item in parsed):
            raise ValueError
        return run.wrap(parsed, value.trail)
    except ValueError:
        message = f"the variable cannot be read as {annotation}"
        raise run.throw("pydantic_core.ValidationError", message, span, value.trail) from None


def _config_dict(run: Run, call: Call) -> V:
    return registry.functions()["builtins.dict"](run, call)


FUNCTIONS: dict[str, registry.Function] = {
    "pydantic_settings.SettingsConfigDict": _config_dict,
    "pydantic.ConfigDict": _config_dict,
    "pydantic.Field": lambda run, call: Known(Field(call), call.trail),
}
