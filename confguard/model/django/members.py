"""Attributes, items and slices of values, and how values are written into text."""

from __future__ import annotations

from typing import Any

from confguard.model.django import classes, installed_modules, operations, paths
from confguard.model.django.library import registry, shown
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    BoundMethod,
    ClassObject,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    ListObject,
    ModuleObject,
    NativeObject,
    Raised,
    Scope,
    Text,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span


def attribute(run: Run, value: V, name: str, span: Span, scope: Scope | None) -> V:
    """Return ``value.name``; raises AttributeError where it is surely not there."""
    found = find_attribute(run, value, name, span, scope)
    if found is not None:
        return found
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, ModuleObject) and installed_modules.is_installed(run, payload.source.path):
        return Known(External(f"{payload.name}.{name}"), value.trail)  # not all of it is loaded
    if isinstance(payload, ModuleObject):
        message = f"module '{payload.name}' has no attribute '{name}'"
    else:
        message = f"'{_type_name(payload)}' object has no attribute '{name}'"
    raise run.throw("AttributeError", message, span, value.trail)


def _type_name(payload: Any) -> str:
    if isinstance(payload, InstanceObject):
        return payload.cls.name
    if isinstance(payload, ListObject):
        return "list"
    if isinstance(payload, TupleObject):
        return "tuple"
    if isinstance(payload, DictObject):
        return payload.kind
    return type(payload).__name__


def find_attribute(run: Run, value: V, name: str, span: Span, scope: Scope | None) -> V | None:
    """Return ``value.name``, or None where it is surely not there."""
    if isinstance(value, Unknown):
        run.may_raise("AttributeError", span)
        return Unknown(value.reason, run.trail(Step(f"its {name}", span), value))
    payload = value.value
    if isinstance(payload, External):
        return registry.attribute(run, payload, name, span, value)
    if isinstance(payload, ModuleObject):
        return _of_module(run, payload, name, span)
    if isinstance(payload, InstanceObject):
        return classes.instance_attribute(run, value, payload, name, span)
    if isinstance(payload, ClassObject):
        from confguard.model.django.library import routing

        return routing.class_view(run, payload, name) or classes.class_attribute(run, payload, name, span)
    if isinstance(payload, NativeObject):
        return payload.attribute(run, name, span)
    if isinstance(payload, ExceptionObject):
        if name == "args":
            return Known(TupleObject(payload.args), value.trail)
        return Unknown("is a part of an exception", value.trail)
    if isinstance(payload, FunctionObject | BoundMethod):
        function = payload.function if isinstance(payload, BoundMethod) else payload
        if name in ("__name__", "__qualname__"):
            return Known(function.name, value.trail)
        return Unknown("is an attribute of a function", value.trail)
    path = paths.attribute(run, value, name, span)
    if path is not None:
        return path
    from confguard.model.django import methods  # they stand on what is here

    return methods.find(run, value, name, span)


def _of_module(run: Run, module: ModuleObject, name: str, span: Span) -> V | None:
    found = module.namespace.names.get(name)
    if found is not None:
        return found
    if not module.namespace.complete:
        from confguard.model.django import imports

        reason = f"{name} may come from a star import that is not followed"
        trail = (Step("used here", span),)
        return imports.named_only(run, module, name, span) or Unknown(reason, trail)
    if name == "__file__":
        return Known(run.file_of(module.source.path))
    if name == "__name__":
        return Known(module.name)
    loaded = run.modules.get(f"{module.name}.{name}")
    if loaded is not None:
        return Known(loaded)
    return submodule(run, module, name, span)


def submodule(run: Run, module: ModuleObject, name: str, span: Span) -> V | None:
    """Return a module of a package by name, where routes are asked for and it is not evaluated for them."""
    from confguard.model.django import imports

    if "urlconf" not in run.hooks or imports.find_module(run, f"{module.name}.{name}") is None:
        return None
    return imports.named_only(run, module, name, span)


def put(run: Run, target: DictObject, key: V, value: V, span: Span) -> None:
    """Set an entry; with an unknown key any entry may be another than it was."""
    run.journal.touch(target)
    try:
        hashed = operations.hashable(run, key, span)
    except operations.NotPlain as error:
        spoil(target, error.unknown)
        return
    before = target.entries.get(hashed)  # a dict keeps the key that came first: 1 for 1, True and 1.0
    target.entries[hashed] = (before[0] if before is not None and key != before[0] else key, value)
    target.maybe -= {hashed}


def spoil(target: DictObject, unknown: Unknown) -> None:
    """Any entry may have been replaced, and others may have come."""
    target.complete = False
    target.entries = {
        key: (name, Unknown(unknown.reason, value.trail)) for key, (name, value) in target.entries.items()
    }


def update(run: Run, target: DictObject, other: V, span: Span) -> None:
    """Take over the entries of another mapping or of pairs."""
    run.journal.touch(target)
    if isinstance(other, Known) and isinstance(other.value, DictObject) and other.value.kind == "dict":
        source = other.value
        for key, (name, value) in list(source.entries.items()):
            if key in source.maybe:
                before = target.entries.get(key)
                if before is None:
                    target.maybe |= {key}
                target.entries[key] = (name, value)
            else:
                target.entries[key] = (name, value)
                target.maybe -= {key}
        if not source.complete:
            spoil(target, Unknown("not all entries of what it is updated with are known", other.trail))
        return
    if (
        isinstance(other, Known)
        and isinstance(other.value, ListObject | TupleObject)
        and other.value.complete
    ):
        for pair in other.value.items:
            if (
                isinstance(pair, Known)
                and isinstance(pair.value, TupleObject | ListObject)
                and len(pair.value.items) == 2
            ):
                put(run, target, pair.value.items[0], pair.value.items[1], span)
            else:
                spoil(target, Unknown("is updated with something that is not known", other.trail))
        return
    if isinstance(other, Known) and isinstance(other.value, NativeObject) and hasattr(other.value, "as_dict"):
        update(run, target, other.value.as_dict(run, span), span)
        return
    if (
        isinstance(other, Known)
        and not isinstance(other.value, External | InstanceObject | Text | NativeObject)
        and (other.value is None or isinstance(other.value, int | float | bool))
    ):
        raise run.throw(
            "TypeError", f"'{type(other.value).__name__}' object is not iterable", span, other.trail
        )
    run.may_raise("TypeError", span)
    reason = other.reason if isinstance(other, Unknown) else "is updated with something that is not followed"
    spoil(target, Unknown(reason, other.trail))


def item(run: Run, container: V, key: V, span: Span, scope: Scope | None, key_span: Span | None = None) -> V:
    """Return ``container[key]``; raises KeyError and the like where it is surely not there."""
    trail = run.trail(Step("looked up", span), container)
    if isinstance(container, Unknown):
        run.may_raise("KeyError", span)
        return Unknown(container.reason, trail)
    payload = container.value
    if isinstance(payload, DictObject):
        return _entry(run, payload, key, span, trail)
    if isinstance(payload, External):
        return registry.item(run, payload, key, span, key_span or span)
    if isinstance(payload, NativeObject):
        getter = payload.attribute(run, "__getitem__", span)
        return (
            registry.call_known(run, getter, [key], span)
            if getter
            else Unknown("cannot be looked into", trail)
        )
    if isinstance(payload, InstanceObject):
        getter = classes.instance_attribute(run, container, payload, "__getitem__", span)
        return (
            registry.call_known(run, getter, [key], span)
            if getter
            else Unknown("cannot be looked into", trail)
        )
    if isinstance(payload, ClassObject):
        return classes.class_item(run, payload, key, span)
    if isinstance(key, Unknown):
        run.may_raise("IndexError", span)
        return Unknown(key.reason, run.trail(trail[0], key))
    if isinstance(payload, ListObject | TupleObject):
        return _at(run, payload, key, span, trail)
    if isinstance(payload, Text) or operations.marked(payload):
        return Unknown("is only partly known", trail)
    try:
        return Known(payload[operations.plain(key)], trail)
    except operations.NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    except (TypeError, IndexError, KeyError, AttributeError) as error:
        raise run.throw(type(error).__name__, str(error), span, container.trail) from None


def _entry(run: Run, payload: DictObject, key: V, span: Span, trail: Any) -> V:
    try:
        hashed = operations.hashable(run, key, span)
    except operations.NotPlain as error:
        run.may_raise("KeyError", span)
        return Unknown(error.unknown.reason, trail)
    pair = payload.entries.get(hashed)
    if pair is not None:
        if hashed in payload.maybe:
            run.may_raise("KeyError", span)
        return pair[1]
    if payload.complete:
        shown = key.value if isinstance(key, Known) else key
        missing = run.throw("KeyError", "", span, trail)
        raise Raised(_with_argument(missing.error, Known(shown, key.trail)), trail)
    run.may_raise("KeyError", span)
    return Unknown("not all of its entries are known", trail)


def _with_argument(error: ExceptionObject, argument: V) -> ExceptionObject:
    return ExceptionObject(error.cls, (argument,), error.span, error.variables)


def _at(run: Run, payload: ListObject | TupleObject, key: Known[Any], span: Span, trail: Any) -> V:
    index = key.value
    if not isinstance(index, int):
        kind = "list" if isinstance(payload, ListObject) else "tuple"
        raise run.throw(
            "TypeError", f"{kind} indices must be integers or slices, not {_type_name(index)}", span, trail
        )
    if 0 <= index < len(payload.items) or (index < 0 and payload.complete and -index <= len(payload.items)):
        return payload.items[index]
    if payload.complete:
        kind = "list" if isinstance(payload, ListObject) else "tuple"
        raise run.throw("IndexError", f"{kind} index out of range", span, trail)
    run.may_raise("IndexError", span)
    return Unknown("not all of its items are known", trail)


def sliced(run: Run, container: V, bounds: list[V], span: Span) -> V:
    """Return ``container[a:b:c]``."""
    trail = run.trail(Step("cut", span), container, *bounds)
    if isinstance(container, Unknown):
        run.may_raise("TypeError", span)
        return Unknown(container.reason, trail)
    payload = container.value
    try:
        cut = slice(*(operations.plain(bound) for bound in bounds))
    except operations.NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    if isinstance(payload, ListObject | TupleObject):
        if not payload.complete:
            return Unknown("not all of its items are known", trail)
        items = payload.items[cut]
        return Known(
            run.new_list(items) if isinstance(payload, ListObject) else TupleObject(tuple(items)), trail
        )
    if isinstance(payload, str | bytes | tuple) and not operations.marked(payload):
        try:
            return run.wrap(payload[cut], trail)
        except (TypeError, ValueError) as error:
            raise run.throw(type(error).__name__, str(error), span, trail) from None
    return Unknown("is cut in a way that is not followed", trail)


def formatted(run: Run, value: V, conversion: int, spec: V, span: Span) -> list[str | Unknown]:
    """Return what a value is in an f-string, in known and unknown parts."""
    if isinstance(value, Unknown) or isinstance(spec, Unknown):
        return [value if isinstance(value, Unknown) else spec]  # type: ignore[list-item]
    text_of = shown.text(run, value, span)
    try:
        format_spec = operations.plain(spec)
        if conversion == ord("r"):
            payload: Any = repr(operations.plain(value))
        elif conversion in (ord("s"), ord("a")) or isinstance(value.value, (Text, InstanceObject)):
            if isinstance(text_of, Known) and isinstance(text_of.value, Text) and not format_spec:
                return list(text_of.value.parts)
            payload = operations.plain(text_of)
        else:
            payload = operations.plain(value)
        if len(format_spec) > 12 or any(
            run_ for run_ in format_spec.split(".") if run_.strip("<>=^+- #,_").isdigit() and len(run_) > 4
        ):
            return [Unknown("is too large to be computed", value.trail)]
        if isinstance(payload, str | int | float) or not format_spec:
            return [format(payload, format_spec)]
        return [format(payload, format_spec)]
    except operations.NotPlain as error:
        return [Unknown(error.unknown.reason, value.trail)]
    except (TypeError, ValueError, OverflowError) as error:
        raise run.throw(type(error).__name__, str(error), span, value.trail) from None
