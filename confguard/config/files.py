"""The files of a configuration: which one counts, those that it extends, and what they say together."""

from __future__ import annotations

import contextlib
import os
import posixpath
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from confguard.config.kinds import Path
from confguard.config.places import places
from confguard.config.settings import ConfigError
from confguard.discover.project import CONFIG_NAMES
from confguard.source import MAX_BYTES, SourceFile, Span

_ADDED = ("extend-select", "extend-ignore", "suppressions", "never-suppress")
"""Lists to which a file adds, where others take the place of the extended file's."""
_JOINED = ("severity", "rules", "per-file-ignores", "file-kinds", "env-templates", "readiness")
"""Tables of which a file changes single keys."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One file's table, and where in the file it stands."""

    document: Mapping[str, Any]
    source: SourceFile
    prefix: Path = ()
    _found: dict[Path, Span] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder of the file, relative to the root."""
        return posixpath.dirname(self.source.path)

    def span(self, path: Path) -> Span:
        """Return where a path of the table stands: its own key, or else the nearest around it."""
        if not self._found:
            with contextlib.suppress(
                RecursionError
            ):  # nested deeper than any configuration: no place is known
                self._found.update(places(self.source))
        whole = (*self.prefix, *path)
        while whole and whole not in self._found:
            whole = whole[:-1]
        return self._found.get(whole) or self.source.span(0)


def find_layers(root: FilePath, given: FilePath | None = None) -> tuple[Layer, ...]:
    """Return the file that configures a project, the files that it extends in front of it; none: none.

    The first of ``.confguard.toml``, ``confguard.toml`` and a ``pyproject.toml`` with a ``[tool.confguard]``
    table counts, unless a file is given by hand. Raises ConfigError.
    """
    if given is not None:
        if not given.is_file():
            raise ConfigError(f"--config: there is no file {str(given)!r}")
        path = _relative(root, given)
        return tuple(_chain(root, _layer(given, path, required=True), (os.path.realpath(given),)))
    for name in (*CONFIG_NAMES, "pyproject.toml"):
        file = root / name
        if file.is_file():
            layer = _layer(file, name, required=False)
            if layer is not None:
                return tuple(_chain(root, layer, (os.path.realpath(file),)))
    return ()


def _relative(root: FilePath, file: FilePath) -> str:
    return FilePath(os.path.relpath(os.path.realpath(file), os.path.realpath(root))).as_posix()


def _layer(file: FilePath, path: str, *, required: bool) -> Layer | None:
    """Read one file; None for a pyproject.toml that says nothing of confguard."""
    shared = file.name == "pyproject.toml"
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
        text = file.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except (ValueError, OSError, RecursionError) as error:  # ValueError: also of a number with 5,000 digits
        if shared and not required:
            return None  # not ours to judge: other tools own this file too
        raise ConfigError(f"{path}: {error}") from None
    source = SourceFile(path, text)
    if not shared:
        return Layer(document, source)
    tool = document.get("tool")
    table = tool.get("confguard") if isinstance(tool, dict) else None
    if table is None:
        if required:
            raise ConfigError(f"{path}: has no [tool.confguard]")
        return None
    return Layer(table, source, ("tool", "confguard"))


def _chain(root: FilePath, layer: Layer | None, seen: tuple[str, ...]) -> Iterator[Layer]:
    """Yield what a file extends, and the file behind it."""
    assert layer is not None
    name = layer.document.get("extend") if isinstance(layer.document, dict) else None
    if isinstance(name, str) and name:
        where = layer.span(("extend",))
        file = root / layer.folder / name
        real = os.path.realpath(file)
        if not FilePath(real).is_file():
            raise ConfigError(f"{where}: extend: there is no file {name!r}")
        if not FilePath(real).is_relative_to(_checkout(root)):
            raise ConfigError(f"{where}: extend: {name!r} lies outside of the repository")
        if real in seen:
            raise ConfigError(f"{where}: extend: {name!r} extends this file: they go in a circle")
        yield from _chain(root, _layer(file, _relative(root, file), required=True), (*seen, real))
    yield layer


def _checkout(root: FilePath) -> FilePath:
    """Return the repository that a project lies in: a base that several projects share may lie there."""
    real = FilePath(os.path.realpath(root))
    return next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), real)


def merge(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[Path, tuple[Layer, Path]]]:
    """Return what valid layers say together, and by which layer and which of its paths each leaf is said."""
    whole: dict[str, Any] = {}
    said: dict[Path, tuple[Layer, Path]] = {}
    for layer in layers:
        for key, value in layer.document.items():
            if key == "extend":
                continue
            if key in _ADDED and key in whole:
                start = len(whole[key])
                whole[key] = [*whole[key], *value]
                said |= {(key, start + index): (layer, (key, index)) for index in range(len(value))}
                continue
            if key in _JOINED and key in whole:
                whole[key] = _joined(whole[key], value)
            else:
                for path in [path for path in said if path[0] == key]:
                    del said[path]
                whole[key] = value
            said |= {path: (layer, path) for path in _leaves(value, (key,))}
    return whole, said


def _joined(before: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """Join tables; those of single rules in them, too."""
    joined = dict(before)
    for name, one in value.items():
        both = isinstance(one, dict) and isinstance(joined.get(name), dict)
        joined[name] = {**joined[name], **one} if both else one
    return joined


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    """Yield a path and those below it: of tables their keys, of lists their items."""
    yield path
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, (*path, name))
    elif isinstance(value, list):
        yield from ((*path, index) for index in range(len(value)))
