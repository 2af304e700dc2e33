"""Imports: modules of the repository are evaluated, all others are known by their dotted names only."""

from __future__ import annotations

import ast
import posixpath
import re
import sys

from confguard.model.django import installed_modules
from confguard.model.django.library import installed, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import External, ModuleObject, Namespace, Scope, TupleObject, V
from confguard.model.value import Known, Step, Trail, Unknown
from confguard.source import SourceFile, Span

MAX_MODULES = 80
"""Modules of the repository that one evaluation loads."""

_LOCAL = re.compile(
    r"(^|_)(local|locals|secret|secrets|override|overrides|private|site)(_|$)|(^|_)settings($|_)"
)
"""Names of modules that people keep out of git: where one is absent, it is absent in a fresh checkout."""

_PACKAGES = frozenset(
    {
        "pydantic_settings",
        "split_settings",
        "dynamic_settings",
        "appsettings",
        "extra_settings",
        "constance_settings",
    }
)
"""Packages whose names look like that too."""


def find_module(run: Run, dotted: str) -> tuple[str, bool] | None:
    """Return a module's path in the project, and whether it is a package; None if it is not the project's.

    A folder without ``__init__.py`` is a package too (its path ends with ``/``).
    """
    tail = dotted.replace(".", "/")
    for root in run.roots:
        base = f"{root}/{tail}" if root else tail
        if run.project.exists(f"{base}/__init__.py"):
            return f"{base}/__init__.py", True
        if run.project.exists(f"{base}.py"):
            return f"{base}.py", False
    for root in run.roots:
        base = f"{root}/{tail}" if root else tail
        if run.project.is_folder(base) and any(path.endswith(".py") for path in run.project.under(base)):
            return f"{base}/", True
    return None


def load(run: Run, dotted: str, span: Span | None) -> ModuleObject | None:
    """Return a module of the project, evaluated; None if it is not the project's."""
    loaded = run.modules.get(dotted)
    if loaded is not None:
        return loaded
    parent_name, _, last = dotted.rpartition(".")
    parent = load(run, parent_name, span) if parent_name else None
    if parent_name and parent is None:
        return None
    if dotted in run.modules:  # the package's own __init__ has loaded it
        return run.modules[dotted]
    found = find_module(run, dotted) or installed_modules.find(run, dotted)
    if found is None or len(run.modules) >= _most(run) or not _followed(run, found[0]):
        return None
    path, package = found
    with installed_modules.entered(run, path, span):
        module = _evaluated(run, dotted, path, package)
    if parent is not None:
        run.journal.touch(parent.namespace)
        parent.namespace.names[last] = Known(module, _imported(span))
    return module


def _evaluated(run: Run, dotted: str, path: str, package: bool) -> ModuleObject:
    namespace = Namespace(run.journal.serial)
    if path.endswith("/"):
        module = ModuleObject(dotted, namespace, SourceFile(path, ""), True)
        run.modules[dotted] = module
    else:
        parsed = run.load(path)
        module = ModuleObject(dotted, namespace, parsed.source, package)
        run.modules[dotted] = module
        run.files.append(path)
        for problem in parsed.problems:
            run.problems.append(problem)
            namespace.complete = False
        from confguard.model.django import statements  # an import is one of them

        problems = len(run.problems)
        try:
            statements.block(run, parsed.tree.body, Scope(module, namespace, None, "module"))
            if len(run.problems) > problems and installed_modules.is_installed(run, path):
                namespace.complete = False
        except BaseException:
            run.modules.pop(dotted, None)
            raise
    return module


def _most(run: Run) -> int:
    return int(run.hooks.get("modules", MAX_MODULES))


def module(run: Run, dotted: str, span: Span) -> ModuleObject | None:
    """Return a module that is named by a text, evaluated; None for one of a library or one not followed.

    Raises ModuleNotFoundError where it would be the project's and is not there.
    """
    return _import(run, dotted, span, 0)


def _followed(run: Run, path: str) -> bool:
    """Say whether a module that is not loaded yet is evaluated (see ``policies``)."""
    wanted = run.hooks.get("follow")
    return wanted is None or path.endswith("__init__.py") or bool(wanted(path))


def _imported(span: Span | None) -> Trail:
    return (Step("imported", span),) if span is not None else ()


def absolute_name(scope: Scope, module: str | None, level: int) -> str | None:
    """Return the dotted name that a from-import means; None if it climbs out of its package."""
    if level == 0:
        return module
    parts = scope.module.name.split(".")
    if not scope.module.package:
        parts = parts[:-1]
    if level > len(parts):
        return None
    parts = parts[: len(parts) - (level - 1)]
    return ".".join([*parts, *([module] if module else [])]) or None


def import_(run: Run, node: ast.Import, scope: Scope) -> None:
    """``import a.b.c`` and ``import a.b.c as d``."""
    run.journal.touch(scope.names)
    for alias in node.names:
        span = scope.span(alias)
        # A package that is only named is opened where something of it is used.
        close = alias.name in run.modules
        module = _import(run, alias.name, span, 0, close)
        top = alias.name.partition(".")[0]
        name = alias.asname or top
        if module is None:
            path = alias.name if alias.asname else top
            scope.names.names[name] = Known(External(path), _imported(span))
            continue
        bound = module if alias.asname else run.modules.get(top)
        run.journal.touch(scope.names)
        scope.names.names[name] = Known(bound if bound is not None else module, _imported(span))


def _import(run: Run, dotted: str, span: Span, level: int, close: bool = True) -> ModuleObject | None:
    """Load a module; None for one of a library; raises ModuleNotFoundError where it is surely absent.

    ``close``: a module of a package that no model knows is evaluated, if it is installed.
    """
    top = dotted.partition(".")[0]
    own = find_module(run, top) is not None
    if level == 0 and top in sys.stdlib_module_names and not own:
        return None
    if not own and close and (module := load(run, dotted, span)) is not None:
        return module
    if own or (level and not installed_modules.opens(run, top)):
        module = load(run, dotted, span)
        if module is not None:
            return module
        known = find_module(run, dotted)
        if len(run.modules) >= _most(run) or (known is not None and not _followed(run, known[0])):
            return None
        raise run.throw("ModuleNotFoundError", f"No module named '{dotted}'", span)
    if not installed.in_django(run, dotted):
        raise run.throw("ModuleNotFoundError", f"No module named '{dotted}'", span)
    there = installed.surely(run, top)
    local = "." not in dotted and top not in _PACKAGES and bool(_LOCAL.search(top))
    if there is None and local:
        raise run.throw("ModuleNotFoundError", f"No module named '{dotted}'", span)
    if there is False:
        error = run.throw("ModuleNotFoundError", f"No module named '{dotted}'", span)
        if local or run.caught(error.error):
            raise error
    if not there:
        # An environment that lacks what is imported without a net is rather old than a broken deployment's.
        run.may_raise("ModuleNotFoundError", span, doubt=there is False)
    return None


def import_from(run: Run, node: ast.ImportFrom, scope: Scope) -> None:
    """``from a.b import c`` in all its forms."""
    span = scope.span(node)
    if node.module == "__future__":
        return
    dotted = absolute_name(scope, node.module, node.level)
    if dotted is None:
        raise run.throw("ImportError", "attempted relative import beyond top-level package", span)
    star = any(alias.name == "*" for alias in node.names)
    close = star or installed_modules.is_settings(run, scope.source.path)
    if star:
        installed_modules.expect_settings(run, scope.source.path, dotted)
    module = _import(run, dotted, span, node.level, close)
    run.journal.touch(scope.names)
    for alias in node.names:
        if alias.name == "*":
            _star(run, module, dotted, scope, span)
        elif module is None:
            path = External(f"{dotted}.{alias.name}")
            place = scope.span(alias)
            value = registry.imported(run, path, place) or Known(path, _imported(place))
            scope.names.names[alias.asname or alias.name] = value
        else:
            value = _member(run, module, alias.name, scope.span(alias), span)
            value = installed_modules.arriving(run, module, value, scope, scope.span(alias))
            run.journal.touch(scope.names)
            scope.names.names[alias.asname or alias.name] = value


def _member(run: Run, module: ModuleObject, name: str, span: Span, statement: Span) -> V:
    found = module.namespace.names.get(name)
    if found is not None:
        return found
    if module.package:
        child = load(run, f"{module.name}.{name}", span)
        if child is not None:
            return Known(child, _imported(span))
        if (there := find_module(run, f"{module.name}.{name}")) is not None and not _followed(run, there[0]):
            return Known(External(f"{module.name}.{name}"), _imported(span))
    if not module.namespace.complete:
        reason = f"{name} may come from a star import that is not followed"
        return named_only(run, module, name, span) or Unknown(reason, _imported(span))
    if name in ("__file__", "__name__"):
        return Known(run.file_of(module.source.path) if name == "__file__" else module.name)
    if installed_modules.is_installed(run, module.source.path):
        return Known(External(f"{module.name}.{name}"), _imported(span))
    message = f"cannot import name '{name}' from '{module.name}' ({posixpath.basename(module.source.path)})"
    raise run.throw("ImportError", message, statement)


def named_only(run: Run, module: ModuleObject, name: str, span: Span) -> V | None:
    """Return a name that a star import may bring: for routes it is enough to know it. None elsewhere."""
    return Known(External(f"{module.name}.{name}"), _imported(span)) if "urlconf" in run.hooks else None


def _star(run: Run, module: ModuleObject | None, dotted: str, scope: Scope, span: Span) -> None:
    run.journal.touch(scope.names)
    if module is None:
        scope.names.complete = False
        run.unfollowed.setdefault(dotted, run.place_of(span))
        for name, value in list(scope.names.names.items()):
            if name.isupper():
                unknown = Unknown(
                    f"may be replaced by a star import from {dotted}",
                    (Step("imported", span), *value.trail[:8]),
                )
                scope.names.names[name] = unknown
        return
    chosen = module.namespace.names.get("__all__")
    names: list[str] | None = None
    if (
        isinstance(chosen, Known)
        and hasattr(chosen.value, "items")
        and getattr(chosen.value, "complete", False)
    ):
        items = chosen.value.items if isinstance(chosen.value, TupleObject) else list(chosen.value.items)
        names = [item.value for item in items if isinstance(item, Known) and isinstance(item.value, str)]
    if names is None:
        names = [name for name in module.namespace.names if not name.startswith("_")]
    for name in names:
        found: V | None = module.namespace.names.get(name)
        if found is None and module.package:
            child = load(run, f"{module.name}.{name}", span)
            found = Known(child, _imported(span)) if child is not None else None
        if found is not None:
            scope.names.names[name] = installed_modules.arriving(run, module, found, scope, span)
    scope.names.complete = scope.names.complete and module.namespace.complete
