"""django-split-settings 1.3: ``include`` runs files in the names of the module that calls it."""

from __future__ import annotations

import fnmatch
import posixpath

from confguard.model.django import paths
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    ListObject,
    ModuleObject,
    NativeObject,
    Scope,
    V,
)
from confguard.model.value import Known, Unknown

_INCLUDED = "__included_files__"


class Optional(NativeObject):
    """``optional("file.py")``: it is no error if there is none."""

    __slots__ = ("path",)

    def __init__(self, path: V) -> None:
        self.path = path


def _optional(run: Run, call: Call) -> V:
    return Known(Optional(call.args[0]), call.trail)


def _include(run: Run, call: Call) -> V:
    given = call.keywords.get("scope")
    if call.scope is None or (given is not None and not _is_globals(given)) or not call.complete:
        if call.scope is not None:
            call.scope.module.namespace.complete = False
        return Unknown("includes files in a way that is not followed", call.trail)
    for arg in call.args:
        optional = isinstance(arg, Known) and isinstance(arg.value, Optional)
        name = arg.value.path if isinstance(arg, Known) and isinstance(arg.value, Optional) else arg
        if isinstance(name, Known) and not name.value and optional:
            continue
        _include_one(run, call, call.scope, name, optional)
    return Known(None, call.trail)


def _is_globals(given: V) -> bool:
    """Say whether ``scope=`` is ``globals()`` or ``locals()`` of the module, which are the default."""
    return isinstance(given, Known) and isinstance(given.value, DictObject | NativeObject)


def _include_one(run: Run, call: Call, scope: Scope, name: V, optional: bool) -> None:
    namespace = scope.module.namespace
    folder = posixpath.dirname(scope.module.source.path)
    here = run.place.of(folder)
    pattern = paths.inside(run, paths.join(run, Known(f"{here}/"), [name], call.span))
    if isinstance(name, Known) and isinstance(name.value, str) and not name.value.startswith("/"):
        pattern = posixpath.normpath(posixpath.join(folder, name.value))
    if pattern is None or pattern.startswith(".."):
        run.may_raise("OSError", call.span)
        if not optional:
            namespace.complete = False
        return
    found = _files(run, pattern)
    if not found and not optional:
        raise run.throw("OSError", f"No such file: {run.place.of(pattern)}", call.span, name.trail)
    run.journal.touch(namespace)
    seen = namespace.names.setdefault(_INCLUDED, Known(run.new_list([])))
    namespace.names.setdefault("__file__", Known(run.place.of(scope.module.source.path)))
    for path in found:
        if isinstance(seen, Known) and isinstance(seen.value, ListObject):
            if any(isinstance(item, Known) and item.value == path for item in seen.value.items):
                continue
            run.journal.touch(seen.value)
            seen.value.items.append(Known(path))
        _run(run, call, scope, path)


def _files(run: Run, pattern: str) -> list[str]:
    if not any(sign in pattern for sign in "*?["):
        return [pattern] if run.project.exists(pattern) else []
    folder, last = posixpath.split(pattern)
    return sorted(
        path
        for path in run.project.paths
        if fnmatch.fnmatchcase(posixpath.dirname(path), folder)
        and path.count("/") == pattern.count("/")
        and fnmatch.fnmatchcase(posixpath.basename(path), last)
        and (last.startswith(".") or not posixpath.basename(path).startswith("."))
    )


def _run(run: Run, call: Call, scope: Scope, path: str) -> None:
    from confguard.model.django import statements

    parsed = run.load(path)
    run.files.append(path)
    module = ModuleObject(scope.module.name, scope.module.namespace, parsed.source, scope.module.package)
    run.problems.extend(parsed.problems)
    if parsed.problems:
        scope.module.namespace.complete = False
    statements.block(run, parsed.tree.body, Scope(module, scope.module.namespace, None, "module"))


FUNCTIONS: dict[str, registry.Function] = {
    "split_settings.tools.include": _include,
    "split_settings.tools.optional": _optional,
}
