"""What ``importlib`` says of installed packages: known by the environment that a person named."""

from __future__ import annotations

from confguard.model.django.library import installed, made, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Native, NativeObject, V
from confguard.model.value import Known, Unknown
from confguard.source import Span


def _find_spec(run: Run, call: Call) -> V:
    """``importlib.util.find_spec``: None for what is surely absent; the packages around it are imported."""
    from confguard.model.django import imports

    name = call.args[0]
    if not isinstance(name, Known) or not isinstance(name.value, str) or name.value.startswith("."):
        return Unknown("looks for a module whose name is not known", call.trail)
    top = name.value.partition(".")[0]
    there: bool | None
    if imports.find_module(run, top) is not None:
        there = imports.find_module(run, name.value) is not None
    else:
        there = installed.surely(run, top)
        if "." in name.value and there is not None:
            if not there:
                message = f"No module named '{top}'"
                raise run.throw("ModuleNotFoundError", message, call.span)
            packages = run.project.packages
            there = True if packages is not None and packages.module(name.value) is not None else None
    if there is None:
        run.may_raise("ModuleNotFoundError", call.span)
        return Unknown(f"depends on whether the package {top} is installed", call.trail)
    found = made.LibraryObject("importlib.machinery.ModuleSpec", call, True) if there else None
    return Known(found, call.trail)


def _version(run: Run, call: Call) -> V:
    """``importlib.metadata.version``: of what lies in the environment that a person named."""
    name, packages = call.args[0], run.project.packages
    if isinstance(name, Known) and isinstance(name.value, str) and packages is not None:
        found = packages.version(name.value)
        if found is not None:
            return Known(found, run.trail(call.step("version of what is installed"), name))
    run.may_raise("importlib.metadata.PackageNotFoundError", call.span, doubt=False)
    return Unknown("is the version of what is installed", call.trail)


class EntryPoint(NativeObject):
    """An entry point: its name, its value and its group."""

    __slots__ = ("parts",)

    def __init__(self, **parts: str) -> None:
        self.parts = parts

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Known(self.parts[name]) if name in self.parts else Unknown(f"is {name} of an entry point")


class EntryPoints(NativeObject):
    """``entry_points()``: all there are, to select from."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Known(Native(name, _selected)) if name == "select" else Unknown("are all entry points")


def _selected(run: Run, call: Call) -> V:
    group, packages = call.keywords.get("group"), run.project.packages
    elsewhere = installed.OTHER_PLACES in run.hooks or packages is None
    if packages and isinstance(group, Known) and len(call.keywords) == 1 and not elsewhere:
        found = packages.entry_points(group.value)
        if found is not None:
            points = (EntryPoint(name=name, value=value, group=group.value) for name, value in found)
            return Known(run.new_list(Known(point, call.trail) for point in points), call.trail)
    return Unknown("are the entry points of what is installed", call.trail)


def _entry_points(run: Run, call: Call) -> V:
    return _selected(run, call) if call.keywords else Known(EntryPoints(), call.trail)


def _other_places(run: Run, call: Call) -> V:
    """Modules and distributions may be found elsewhere from now on, too."""
    run.hooks[installed.OTHER_PLACES] = True
    return Known(None, call.trail)


FUNCTIONS: dict[str, registry.Function] = {
    "importlib.util.find_spec": _find_spec,
    "importlib.metadata.version": _version,
    "importlib.metadata.entry_points": _entry_points,
    "site.addsitedir": _other_places,
    **{
        f"sys.{name}.{method}": _other_places
        for name in ("path", "meta_path", "path_hooks")
        for method in ("append", "extend", "insert")
    },
}
