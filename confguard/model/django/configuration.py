"""Settings as classes: what django-configurations puts into a module from the class that is chosen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from confguard.model.django import calls, classes
from confguard.model.django.defaults import django_default
from confguard.model.django.library import configurations, osenviron
from confguard.model.django.machine import Fail, Run
from confguard.model.django.objects import (
    BoundMethod,
    Call,
    ClassObject,
    External,
    FunctionObject,
    InstanceObject,
    ModuleObject,
    Namespace,
    Raised,
    V,
)
from confguard.model.value import Known, Origin, Step, Unknown
from confguard.source import Span

VARIABLE = "DJANGO_CONFIGURATION"
_SETDEFAULT = re.compile(
    r"""setdefault\(\s*["']DJANGO_CONFIGURATION["']\s*,\s*["'](?P<name>\w+)["']"""
    r"""|environ\[\s*["']DJANGO_CONFIGURATION["']\s*\]\s*=\s*["'](?P<name2>\w+)["']"""
)
_MAX_FAILURES = 20
"""Refused values that are told, at most."""

_ENTRY_POINTS = ("wsgi.py", "asgi.py", "manage.py", "celery.py", "celery_app.py")


def publish_class(run: Run, module: ModuleObject) -> None:
    """Set up the chosen class of a module and make its attributes settings of the module.

    Follows ``ConfigurationLoader.load_module`` of django-configurations 2.5; raises Raised as it would.
    Nothing happens to a module without such classes.
    """
    found = [cls for value in module.namespace.names.values() if (cls := _configuration(value)) is not None]
    if not found:
        return
    span = module.source.span(0)
    name = _chosen(run, span)
    if name is None:
        message = f"Configuration cannot be imported, environment variable {VARIABLE} is undefined."
        raise osenviron.missing(run, "django.core.exceptions.ImproperlyConfigured", message, VARIABLE, span)
    chosen = module.namespace.names.get(name.value) if isinstance(name, Known) else None
    if isinstance(name, Known) and chosen is None:
        message = f"Couldn't find configuration '{name.value}' in module '{module.name}'"
        raise run.throw("AttributeError", message, span, name.trail, (VARIABLE,))
    run.journal.touch(module.namespace)
    if not isinstance(chosen, Known) or not isinstance(chosen.value, ClassObject):
        reason = name.reason if isinstance(name, Unknown) else "is no class that is followed"
        for one in found:
            for attribute in _table(one):
                module.namespace.names.setdefault(attribute, Unknown(f"depends on {VARIABLE}: {reason}"))
        return
    _publish(run, module, chosen)
    module.namespace.names["CONFIGURATION"] = Known(f"{module.name}.{chosen.value.name}", name.trail)


def _configuration(value: V) -> ClassObject | None:
    payload = value.value if isinstance(value, Known) else None
    return (
        payload
        if isinstance(payload, ClassObject) and classes.inherits(payload, configurations.BASES)
        else None
    )


def _chosen(run: Run, span: Span) -> V | None:
    """Return the name of the class: from the environment, or what an entry point sets where it is not set."""
    found, _ = osenviron.read(run, Known(VARIABLE), span, "configurations", required=True)
    if found is not None and not isinstance(found, Unknown):
        return found
    candidates = []
    for path in run.project.paths:
        base = posixpath.basename(path)
        source = run.project.read(path) if base in _ENTRY_POINTS else None
        match = _SETDEFAULT.search(source.text) if source is not None else None
        if source is not None and match is not None:
            rank = (_ENTRY_POINTS.index(base), path.count("/"), path)
            name = match["name"] or match["name2"]
            candidates.append((rank, name, source.span(match.start(), match.end())))
    if not candidates or found is not None:
        return found
    _, name, place = min(candidates)
    step = Step(f"{VARIABLE} where nothing sets it", place, Origin.DEFAULT)
    return Known(name, (step,))


def _table(cls: ClassObject, depth: int = 0) -> dict[str, V]:
    """Return the upper-case attributes of a class as its metaclass makes them.

    Each configuration class has all of Django's defaults as attributes of its own, so that the first base
    wins even where it says nothing itself.
    """
    out: dict[str, V] = {}
    if depth > 40:
        return out
    for base in reversed(cls.bases):
        payload = base.value if isinstance(base, Known) else None
        if isinstance(payload, ClassObject):
            own = _table(payload, depth + 1)
            if classes.inherits(payload, configurations.BASES):
                out = {key: value for key, value in out.items() if django_default(key) is None}
            out.update(own)
        elif not isinstance(payload, External) or payload.path not in (
            *configurations.BASES,
            "builtins.object",
        ):
            reason = "may come from a class that is not known"
            out = {key: Unknown(reason, value.trail) for key, value in out.items()}
    for name, value in cls.namespace.names.items():
        if name == name.upper() and not name.startswith("_"):
            out[name] = value
    return out


def _publish(run: Run, module: ModuleObject, known: Known[ClassObject]) -> None:
    cls = known.value
    span = module.source.span(0)
    run.journal.touch(cls.namespace)
    cls.namespace.names.update(_table(cls))
    _hook(run, known, "pre_setup", span)
    for name, value in sorted(_table(cls).items()):
        cls.namespace.names.update(_settled(run, name, value, span))
    _hook(run, known, "setup", span)
    instance = calls.instantiate(run, cls, Call([], {}, span))
    if not isinstance(instance, Known) or not isinstance(instance.value, InstanceObject):
        instance = Known(InstanceObject(cls, Namespace(run.journal.serial)), known.trail)
    own = {name for name in instance.value.namespace.names if name.isupper()}
    for name in sorted({*_table(cls), *own}):
        found = classes.instance_attribute(run, instance, instance.value, name, span)
        if found is None:
            continue
        if isinstance(found, Known) and isinstance(found.value, BoundMethod | FunctionObject):
            found = calls.call(run, found, Call([], {}, span))
        for key, value in _settled(run, name, found, span).items():
            run.journal.touch(module.namespace)
            module.namespace.names[key] = value
    module.namespace.names.setdefault("DOTENV_LOADED", Known(None))
    _hook(run, known, "post_setup", span)


def _settled(run: Run, name: str, value: V, span: Span) -> Mapping[str, V]:
    """Return what an attribute becomes; where that raises, note it and go on as if it were mended.

    One value that is refused stops the real set-up. What the other settings would be is worth knowing.
    """
    try:
        return configurations.settle(run, name, value)
    except Raised as signal:
        if run.caught(signal.error) or run.doubtful:
            raise
        if len(run.failures) < _MAX_FAILURES:
            run.failures.append(Fail(signal.error.span or span, signal.error, signal.trail))
        return {name: Unknown("its value is refused when the settings are set up", signal.trail)}


def _hook(run: Run, cls: Known[ClassObject], name: str, span: Span) -> None:
    """Call a class method that the repository's classes may have of their own."""
    method = classes.find(cls.value, name)
    payload = method.value if isinstance(method, Known) else None
    if isinstance(payload, FunctionObject):
        bound = BoundMethod(payload, cls) if payload.kind == "class" else payload
        calls.call(run, Known(bound), Call([], {}, span))
