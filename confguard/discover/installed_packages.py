"""The packages of a Python environment that a person named: the text of their modules.

Nothing of them is imported or run. Links and ``.pth`` files are not followed, so nothing is read but plain
files below the one folder, and of those only the modules that settings lead to.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from confguard.source import SourceFile, Span, decode

FOLDER = "site-packages"
"""How the folder of packages is called where their modules are shown."""

MAX_FILES = 600
"""Files that are read of one environment."""

MAX_MODULE_BYTES = 512 * 1024

MAX_DEPTH = 10
"""Packages within packages."""

_MAX_ENTRIES = 20_000
_NAMED = ("site-packages", "dist-packages")
_VERSION = re.compile(r"python(\d+)\.(\d+)t?\Z")
_CONFIGURED = re.compile(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", re.MULTILINE)
_HARMLESS_PTH = frozenset({"distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth"})
_EXTENSIONS = (".so", ".pyd")
_SEPARATORS = re.compile(r"[-_.]+")


class NoEnvironment(ValueError):
    """A path that is no Python environment; the text says why, for the person who named it."""


class InstalledPackages:
    """The packages of one environment, by the dotted names of their modules.

    Paths that it gives begin with ``top``, a folder that the project does not have.
    """

    def __init__(self, folder: Path, shown: str, top: str = FOLDER) -> None:
        self.folder, self.shown, self.top = folder, shown, top
        self.doors: dict[str, Span] = {}
        """Where the project first leads to each module that was read, by the module's path."""
        self._sources: dict[str, SourceFile | None] = {}

    def holds(self, path: str) -> bool:
        """Say whether a path is one of this environment's."""
        return path.startswith(f"{self.top}/")

    def has(self, name: str) -> bool | None:
        """Say whether a module can be imported, by its first name; None where a link may bring it."""
        entry = self._entries.get(name)
        if entry == "folder" or name in self._files:
            return True
        return None if entry is not None or f"{name}.py" in self._entries or self._is_open else False

    def version(self, distribution: str) -> str | None:
        """Return the version of an installed distribution, if it says one."""
        wanted = _SEPARATORS.sub("-", distribution).lower()
        for name in self._entries:
            stem, dot, _ = name.rpartition(".dist-info")
            found, _, version = stem.partition("-")
            if dot and version and _SEPARATORS.sub("-", found).lower() == wanted:
                return version
        return None

    def entry_points(self, group: str) -> tuple[tuple[str, str], ...] | None:
        """Return name and value of the entry points of a group; None where others may be installed."""
        if self._is_open or "link" in self._entries.values():
            return None
        found: list[tuple[str, str]] = []
        for folder in sorted(self._entries):
            if (
                folder.endswith((".dist-info", ".egg-info"))
                and self._kind(f"{folder}/entry_points.txt") == "file"
            ):
                source = self.read(f"{self.top}/{folder}/entry_points.txt")
                if source is None:
                    return None
                found += _entry_points(source.text, group)
        return tuple(found)

    def module(self, dotted: str) -> tuple[str, bool] | None:
        """Return the path of a module's text and whether it is a package; None if it has none here.

        A folder without ``__init__.py`` is a package too (its path ends with ``/``).
        """
        parts = dotted.split(".")
        if len(parts) > MAX_DEPTH or not all(part.isidentifier() for part in parts):
            return None
        base = "/".join(parts)
        if self._kind(f"{base}/__init__.py") == "file":
            return f"{self.top}/{base}/__init__.py", True
        if self._kind(f"{base}.py") == "file":
            return f"{self.top}/{base}.py", False
        return (f"{self.top}/{base}/", True) if self._kind(base) == "folder" else None

    def read(self, path: str) -> SourceFile | None:
        """Return the text of a module by the path that ``module`` gave; None if it cannot be had."""
        if path not in self._sources:
            read = len(self._sources) < MAX_FILES
            self._sources[path] = self._load(path) if read and self.holds(path) else None
        return self._sources[path]

    def size(self, path: str) -> int:
        """Return the size in bytes of a module, by the path that ``module`` gave; 0 if it cannot be had."""
        try:
            return (self.folder / path[len(self.top) + 1 :]).lstat().st_size
        except (OSError, ValueError):
            return 0

    def _load(self, path: str) -> SourceFile | None:
        inside = path[len(self.top) + 1 :]
        if self._kind(inside) != "file":
            return None
        full = self.folder / inside
        try:
            if full.stat(follow_symlinks=False).st_size > MAX_MODULE_BYTES:
                return None
            source, problem = decode(path, full.read_bytes())
        except OSError:
            return None
        return None if problem is not None else source

    def _kind(self, inside: str) -> str:
        """Return ``"file"`` or ``"folder"``, or ``""`` for what is not there or reached through a link."""
        full = self.folder
        kind = "folder"
        for part in inside.split("/"):
            if kind != "folder" or part in ("", ".", ".."):
                return ""
            full = full / part
            try:
                mode = full.lstat().st_mode
            except (OSError, ValueError):
                return ""
            kind = "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else ""
        return kind

    @cached_property
    def _entries(self) -> dict[str, str]:
        """What lies in the folder itself: ``"file"``, ``"folder"``, or ``"link"`` by its name."""
        return dict(_listed(self.folder))

    @cached_property
    def _files(self) -> frozenset[str]:
        """The names of modules that are single files: of Python, or compiled."""
        return frozenset(
            name.partition(".")[0]
            for name, kind in self._entries.items()
            if kind == "file" and name.endswith((".py", *_EXTENSIONS))
        )

    @cached_property
    def _is_open(self) -> bool:
        """Whether packages may be installed here in a way that does not show: in place, or by a path."""
        return any(
            name.endswith(".egg-link") or (name.endswith(".pth") and name not in _HARMLESS_PTH)
            for name in self._entries
        )


def open_packages(path: Path, shown: str, taken: frozenset[str] = frozenset()) -> InstalledPackages:
    """Return the packages of the environment at a path: a virtual environment or its ``site-packages``.

    ``shown`` is how the person wrote the path; ``taken`` are the project's folders. Raises NoEnvironment.
    """
    try:
        real = Path(os.path.realpath(path))
        if not real.exists():
            raise NoEnvironment(f"there is no folder {shown!r}")
        if not real.is_dir():
            raise NoEnvironment(f"{shown!r} is no folder: name that of the environment, like .venv")
        folder = real if real.name in _NAMED else _packages_of(real)
        if folder is None:
            raise NoEnvironment(f"{shown!r} is no Python environment: it has no lib/python3.*/site-packages")
        next(_listed(folder, True), None)
    except PermissionError:
        raise NoEnvironment(f"{shown!r} may not be read") from None
    except OSError as error:
        raise NoEnvironment(f"{shown!r} cannot be read: {error.strerror or type(error).__name__}") from None
    except ValueError as error:
        raise error if isinstance(error, NoEnvironment) else NoEnvironment(f"{shown!r} is no path") from None
    top = FOLDER
    while top in taken:
        top = f"installed-{top}"
    return InstalledPackages(folder, shown, top)


def _packages_of(environment: Path) -> Path | None:
    """Return the folder of packages of an environment: that of its own Python, else of the newest."""
    if (environment / "Lib" / FOLDER).is_dir() and not (environment / "lib" / FOLDER).is_symlink():
        return environment / "Lib" / FOLDER
    library = environment / "lib"
    found: dict[tuple[int, int], Path] = {}
    if not library.is_dir() or library.is_symlink():
        return None
    for name, kind in _listed(library):
        match = _VERSION.match(name)
        folder = library / name / FOLDER
        if match and kind == "folder" and folder.is_dir() and not folder.is_symlink():
            found[int(match[1]), int(match[2])] = folder
    configuration = environment / "pyvenv.cfg"
    if configuration.is_file() and not configuration.is_symlink():
        text = configuration.read_bytes()[:MAX_MODULE_BYTES].decode("utf-8", "replace")
        match = _CONFIGURED.search(text)
        if match and (int(match[1]), int(match[2])) in found:
            return found[int(match[1]), int(match[2])]
    return found[max(found)] if found else None


def _entry_points(text: str, group: str) -> Iterator[tuple[str, str]]:
    """Yield the entry points of a group (packaging.python.org, "Entry points specification")."""
    section = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


def _listed(folder: Path, raising: bool = False) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count >= _MAX_ENTRIES:
                    return
                link = entry.is_symlink()
                yield entry.name, "link" if link else "folder" if entry.is_dir() else "file"
    except OSError:
        if raising:
            raise
