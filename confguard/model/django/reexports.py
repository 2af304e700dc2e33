"""Where a view is defined: names are followed through re-exports, without evaluating anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from confguard.model.django import imports
from confguard.model.django.machine import Run
from confguard.source import SourceFile

_MAX_STEPS = 12
_VIEWS = {
    # Views that libraries make of their classes (djangorestframework 3.18, simplejwt 5.5).
    "rest_framework.authtoken.views.obtain_auth_token": "rest_framework.authtoken.views.ObtainAuthToken",
    "rest_framework_simplejwt.views.token_obtain_pair": "rest_framework_simplejwt.views.TokenObtainPairView",
    "rest_framework_simplejwt.views.token_refresh": "rest_framework_simplejwt.views.TokenRefreshView",
    "rest_framework_simplejwt.views.token_verify": "rest_framework_simplejwt.views.TokenVerifyView",
}
_STAR = re.compile(r"^from[ \t]+[\w.]+[ \t]+import[ \t]+\*", re.MULTILINE)
_VIEW = re.compile(r"^(\w+)[ \t]*=[ \t]*(\w+)\.as_view\(", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_MODULES = {
    # What django.views.generic re-exports, by the module that defines it (Django 5.2).
    **dict.fromkeys(("View", "TemplateView", "RedirectView"), "base"),
    **dict.fromkeys(("ListView",), "list"),
    **dict.fromkeys(("DetailView",), "detail"),
    **dict.fromkeys(("FormView", "CreateView", "UpdateView", "DeleteView"), "edit"),
}


def defined(run: Run, dotted: str) -> str:
    """Return the dotted name under which a function or class is defined, as far as it can be followed."""
    for _ in range(_MAX_STEPS):
        following = _next(run, dotted)
        if following is None or following == dotted:
            break
        dotted = following
    dotted = _VIEWS.get(dotted, dotted)
    package, _, name = dotted.rpartition(".")
    if package == "django.views.generic" and name in _MODULES:
        return f"{package}.{_MODULES[name]}.{name}"
    return dotted


def _next(run: Run, dotted: str) -> str | None:
    """Return where a module gets a name from; None if it defines it itself or is not the project's."""
    package, _, name = dotted.rpartition(".")
    found = imports.find_module(run, package) if package else None
    if found is None or found[0].endswith("/"):
        return None
    made = _made(run, found[0], name)
    if made is not None:
        return f"{package}.{made}"
    stars = []
    for node in _statements(run, found[0], name):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return None
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname == name:
                    return alias.name
        if not isinstance(node, ast.ImportFrom):
            continue
        source = _absolute(package, found[1], node)
        for alias in node.names if source else ():
            if (alias.asname or alias.name) == name:
                return f"{source}.{alias.name}"
            if alias.name == "*":
                stars.append(source)
    return next((f"{source}.{name}" for source in stars if source and _holds(run, source, name, 0)), None)


def _made(run: Run, path: str, name: str) -> str | None:
    """Return the class of a module that ``name = Class.as_view()`` makes a view of; None for other names."""
    outline = run.project.parsed(_outline, path)
    return outline.views.get(name) if outline is not None else None


def _statements(run: Run, path: str, name: str) -> list[ast.stmt]:
    """Return the statements of a module; none where its text shows that it imports no such name.

    Views are many and long: parsing them all would cost more than all else.
    """
    source, outline = run.project.read(path), run.project.parsed(_outline, path)
    if source is None or (outline is not None and name in outline.defined):
        return []
    if not re.search(rf"\b{re.escape(name)}\b", source.text) and not _STAR.search(source.text):
        return []
    body: list[ast.stmt] = run.load(path).tree.body
    return body


@dataclass(frozen=True, slots=True)
class _Outline:
    """What the text of a module shows of its names: made once, and asked for every route."""

    defined: frozenset[str]
    """Its functions and classes."""
    views: Mapping[str, str]
    """The classes of its views, by the names that ``as_view()`` is given."""


def _outline(source: SourceFile) -> _Outline:
    views: dict[str, str] = {}
    for match in _VIEW.finditer(source.text):
        views.setdefault(match[1], match[2])
    return _Outline(frozenset(match[1] for match in _DEFINITION.finditer(source.text)), views)


def _holds(run: Run, package: str, name: str, depth: int) -> bool:
    found = imports.find_module(run, package)
    source = run.project.read(found[0]) if found is not None else None
    if found is None or source is None or depth > 4:
        return False
    outline = run.project.parsed(_outline, found[0])
    if outline is not None and name in outline.defined:
        return True
    for node in _statements(run, found[0], name):
        if isinstance(node, ast.ImportFrom):
            if any((alias.asname or alias.name) == name for alias in node.names):
                return True
            inner = _absolute(package, found[1], node)
            if (
                inner
                and any(alias.name == "*" for alias in node.names)
                and _holds(run, inner, name, depth + 1)
            ):
                return True
    return False


def _absolute(module: str, package: bool, node: ast.ImportFrom) -> str | None:
    if not node.level:
        return node.module
    parts = module.split(".") if package else module.split(".")[:-1]
    parts = parts[: len(parts) - (node.level - 1)]
    return ".".join([*parts, *([node.module] if node.module else [])]) or None
