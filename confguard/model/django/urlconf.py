"""The URLconf of an application: evaluated by the interpreter of its settings, and flattened.

Of the project's modules those are evaluated that make routes; views and models are known by name only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from confguard.model.django import imports
from confguard.model.django.library import route_objects, routing
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.library.route_objects import HOOK, Included, Mount, Notes, Pattern, Registered
from confguard.model.django.library.routing import view_of
from confguard.model.django.machine import MAX_STEPS, Fail, Run
from confguard.model.django.objects import (
    External,
    LimitReached,
    ListObject,
    ModuleObject,
    Raised,
    TupleObject,
    V,
)
from confguard.model.django.reexports import defined
from confguard.model.django.routes import Kind, Part, Route, URLconf
from confguard.model.environment import Environment
from confguard.model.screened import Screened
from confguard.model.value import Known, Unknown
from confguard.source import Problem, SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.django.settings import Settings

MAX_ROUTES = 10_000
MAX_DEPTH = 20
MAX_MODULES = 400
_ROUTES = Screened(
    re.compile(r"\burlpatterns\b|Router\w*\(|\bAdminSite\b|NinjaAPI\("),
    ("urlpatterns", "Router", "AdminSite", "NinjaAPI("),
)
_HEAVY = Screened(
    re.compile(r"^class |\(request\b|\bmodels\.Model\b", re.MULTILINE),
    ("class ", "(request", "models.Model"),
)
_MAX_SMALL = 20_000  # characters of a module with constants
_ADMIN = "admin.site.urls"
_HANDLERS = ("handler400", "handler403", "handler404", "handler500")


@dataclass(frozen=True, eq=False)
class Routing:
    """The URLconf of settings under an environment: evaluated when it is first asked for."""

    run: Run = field(repr=False)
    again: Callable[[Environment], Settings] = field(repr=False)
    environment: Environment = field(repr=False)
    other: Routing | None = field(default=None, repr=False)

    @property
    def urlconf(self) -> URLconf:
        """The routes."""
        if self.other is None:
            return self._found[0]
        found, keys = self.other._found
        if all(self.environment.get(key) == self.other.environment.get(key) for key in keys):
            return found
        return self._anew

    @cached_property
    def _anew(self) -> URLconf:
        return self.again(self.environment).urlconf

    @cached_property
    def _found(self) -> tuple[URLconf, frozenset[str]]:
        before = len(self.run.reads)
        found = find_routes(self.run)
        return found, frozenset(read.key for read in self.run.reads[before:])

    def under(self, environment: Environment) -> Routing:
        """Return the routing of the same settings under another environment."""
        return Routing(self.run, self.again, environment, self.other or self)


def find_routes(run: Run) -> URLconf:
    """Return the routes of the URLconf that the settings of a run name; never raises."""
    span = routing.run_span(run)
    root = lazy_settings(run).attribute(run, "ROOT_URLCONF", span)
    if not isinstance(root, Known) or not isinstance(root.value, str):
        reason = root.reason if isinstance(root, Unknown) else "no setting names it"
        return URLconf("", "", reason=reason)
    kept = {name: run.hooks.get(name) for name in (HOOK, "follow", "modules")}
    notes = Notes()
    run.hooks[HOOK], run.hooks["modules"] = notes, len(run.modules) + MAX_MODULES
    run.hooks["follow"] = lambda path: _makes_routes(run, notes, path)
    failed, problems, limit, doubts = len(run.failures), len(run.problems), run.limit, len(run.doubts)
    run.limit = run.steps + MAX_STEPS
    run.journal.merge = route_objects.merged
    try:
        return _evaluated(run, root.value, span, notes, failed, problems)
    finally:
        run.limit = limit
        run.journal.merge = None
        del run.failures[failed:], run.problems[problems:], run.doubts[doubts:]
        for name, value in kept.items():
            if value is None:
                run.hooks.pop(name, None)
            else:
                run.hooks[name] = value


def _evaluated(run: Run, dotted: str, span: Span, notes: Notes, failed: int, problems: int) -> URLconf:
    found = imports.find_module(run, dotted)
    if found is None:
        return URLconf(dotted, "", reason=f"the module {dotted} is not in the repository")
    notes.wanted.add(found[0])
    depth, layers = len(run.frames), len(run.journal.layers)
    try:
        module = imports.load(run, dotted, span)
    except (Raised, LimitReached, RecursionError) as error:
        run.abandon(layers, depth)
        return URLconf(dotted, found[0], reason=f"it could not be followed ({type(error).__name__})")
    if module is None:
        return URLconf(dotted, found[0], reason="it could not be followed")
    walk = _Walk(run, notes)
    routes = tuple(walk.module(module, _Place()))
    handlers = {
        name: defined(run, view)
        for name in _HANDLERS
        if (view := view_of(module.namespace.names.get(name))) is not None
    }
    raised = [Problem(fail.span, f"{_class(fail)} is raised") for fail in run.failures[failed:]]
    said = (*raised, *run.problems[problems:])
    return URLconf(dotted, module.source.path, routes, walk.complete, handlers, tuple(dict.fromkeys(said)))


def _class(fail: Fail) -> str:
    cls = fail.error.cls
    return cls.path.rpartition(".")[2] if isinstance(cls, External) else cls.name


def _makes_routes(run: Run, notes: Notes, path: str) -> bool:
    """Say whether a module is evaluated: it makes routes, or holds nothing but constants and helpers."""
    if path in notes.wanted:
        return True
    return bool(run.project.parsed(_may_make_routes, path))


def _may_make_routes(source: SourceFile) -> bool:
    if _ROUTES.is_in(source.text):
        return True
    return len(source.text) < _MAX_SMALL and not _HEAVY.is_in(source.text)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far from the root a pattern stands."""

    parts: tuple[Part, ...] = ()
    namespaces: tuple[str, ...] = ()
    through: tuple[Span, ...] = ()
    certain: bool = True
    inside: tuple[str, ...] = ()
    """The modules around it."""


@dataclass
class _Walk:
    """Flattens patterns in the order in which Django tries them."""

    run: Run
    notes: Notes
    complete: bool = True
    count: int = 0

    def module(self, module: ModuleObject, place: _Place) -> Iterator[Route]:
        """Yield the routes of a URLconf module."""
        if module.name in place.inside or len(place.inside) > MAX_DEPTH:
            return
        place = replace(place, inside=(*place.inside, module.name))
        value = routing.module_patterns(module)
        if value is None:
            self.complete = self.complete and module.namespace.complete
            return
        yield from self.patterns(value, place, module.name, module.source.span(0))

    def patterns(self, value: V, place: _Place, module: str | None, span: Span) -> Iterator[Route]:
        """Yield the routes of a list of patterns; what a module may add to it comes last, as perhaps."""
        payload = value.value if isinstance(value, Known) else None
        items: list[V] = list(payload.items) if isinstance(payload, ListObject | TupleObject) else []
        complete = isinstance(payload, ListObject | TupleObject) and payload.complete
        for item in items:
            yield from self._item(item, place, span)
        if complete:
            return
        there = {id(pattern) for item in items if (pattern := route_objects.pattern_of(item)) is not None}
        more = [
            one for one in self.notes.patterns
            if module is not None and one.module == module and not one.used and id(one) not in there
        ]  # fmt: skip
        for one in more:
            yield from self._item(Known(one), replace(place, certain=False), span)
        yield self._route(replace(place, certain=False), "unknown", span)
        self.complete = False

    def _item(self, item: V, place: _Place, span: Span) -> Iterator[Route]:
        self.count += 1
        if self.count > MAX_ROUTES or len(place.parts) > MAX_DEPTH:
            self.complete = False
            return
        payload = route_objects.pattern_of(item)
        if isinstance(item, Known) and isinstance(item.value, route_objects.Perhaps):
            place = replace(place, certain=False)
        if payload is None:
            self.complete = False
            yield self._route(replace(place, certain=False), "unknown", span)
            return
        inner = replace(place, parts=(*place.parts, _part(payload)))
        view = payload.view
        target = view.value if isinstance(view, Known) else None
        if isinstance(target, Included):
            yield from self._included(target, payload, inner)
        elif isinstance(target, Registered):
            yield from self._registered(target, payload, inner)
        elif isinstance(target, Mount) or (isinstance(target, External) and target.path.endswith(".urls")):
            yield self._mounted(target, payload, inner)
        elif target is None:
            yield self._route(inner, "unknown", payload.span, name=_text(payload.name))
        else:
            name = view_of(view)
            dotted = defined(self.run, name) if name is not None else None
            yield self._route(inner, "view", payload.span, dotted, _text(payload.name))

    def _included(self, target: Included, pattern: Pattern, place: _Place) -> Iterator[Route]:
        content = target.content.value if isinstance(target.content, Known) else None
        app_name = _text(target.app_name)
        if isinstance(content, ModuleObject):
            app_name = app_name or _text(content.namespace.names.get("app_name"))
        namespace = _text(target.namespace) or app_name
        names = (*place.namespaces, namespace) if namespace else place.namespaces
        inner = replace(place, namespaces=names, through=(*place.through, pattern.span))
        if isinstance(content, ModuleObject):
            yield from self.module(content, inner)
        elif isinstance(content, ListObject | TupleObject):
            yield from self.patterns(target.content, inner, None, pattern.span)
        elif isinstance(content, External) and content.path.endswith(_ADMIN):
            yield self._mounted(content, pattern, place)
        elif isinstance(content, External):
            yield self._route(inner, "include", pattern.span, target=content.path)
        elif isinstance(content, Mount):
            yield self._mounted(content, pattern, inner)
        else:
            yield self._route(inner, "unknown", pattern.span)

    def _mounted(self, target: Mount | External, pattern: Pattern, place: _Place) -> Route:
        namespace: str | None = "admin"
        if isinstance(target, Mount):
            kind: Kind = target.kind
            name = target.name
            namespace = target.namespace
        else:
            name = target.path.removesuffix(".urls")
            kind = "admin" if target.path.endswith(_ADMIN) or self._is_admin(name) else "include"
        named = kind == "admin" and namespace is not None
        namespaces = (*place.namespaces, namespace) if named and namespace else place.namespaces
        return self._route(replace(place, namespaces=namespaces), kind, pattern.span, target=name)

    def _is_admin(self, dotted: str) -> bool:
        """Say whether a name of the project is an admin site, by what it is assigned."""
        module, _, name = defined(self.run, dotted).rpartition(".")
        found = imports.find_module(self.run, module) if module else None
        source = self.run.project.read(found[0]) if found is not None else None
        made = rf"^{re.escape(name)}\s*(?::[^=\n]+)?=\s*[\w.]*AdminSite\w*\("
        return source is not None and re.search(made, source.text, re.MULTILINE) is not None

    def _registered(self, target: Registered, pattern: Pattern, place: _Place) -> Iterator[Route]:
        """Yield the prefix of a view set: which routes it has below it depends on its methods."""
        name = view_of(target.view)
        dotted = defined(self.run, name) if name is not None else None
        span = pattern.span
        yield self._route(
            place, "router", span, dotted, _text(pattern.name), target=_text(target.prefix) or ""
        )

    def _route(
        self, place: _Place, kind: Kind, span: Span, view: str | None = None, name: str | None = None,
        target: str = "",
    ) -> Route:  # fmt: skip
        return Route(
            place.parts, kind, view, name, place.namespaces, span, place.certain, target, place.through
        )


def _part(pattern: Pattern) -> Part:
    if pattern.kind == "language":
        optional = isinstance(pattern.route, Known) and pattern.route.value is False
        return Part("language", "optional" if optional else "")
    kind: Any = pattern.kind
    return Part(kind, _text(pattern.route))


def _text(value: V | None) -> str | None:
    return value.value if isinstance(value, Known) and isinstance(value.value, str) else None
