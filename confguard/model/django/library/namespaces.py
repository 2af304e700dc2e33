"""``globals()``, ``locals()`` and ``super()``."""

from __future__ import annotations

from confguard.model.django import classes, iteration, members
from confguard.model.django.library import pydantic_models, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    InstanceObject,
    ModuleObject,
    Namespace,
    Native,
    NativeObject,
    V,
)
from confguard.model.django.operations import plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span


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
        if name == "__init__" and isinstance(payload, InstanceObject) and pydantic_models.is_model(cls):
            return found if isinstance(found, Known) else pydantic_models.initializer(cls, payload)
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


FUNCTIONS: dict[str, registry.Function] = {
    "builtins.globals": _globals,
    "builtins.locals": _locals,
    "builtins.vars": _locals,
    "builtins.super": _super,
}
