"""The project's files: which there are, and their text.

Nothing outside of the project's root is read (but ``installed_packages`` that a person names), and nothing of
the project is run.
"""

from __future__ import annotations

import os
import posixpath
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, TypeVar, cast

from confguard.discover.git import GitError, ask
from confguard.discover.installed_packages import InstalledPackages
from confguard.source import MAX_BYTES, Problem, SourceFile, decode

T = TypeVar("T")

CONFIG_NAMES = (".confguard.toml", "confguard.toml")
"""A folder that holds one of these is a project of its own, wherever it lies."""

MAX_FILES = 500_000
"""A walk stops after so many files; a repository that git knows is listed whole."""

_NEVER_WALKED = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".nox"})


@dataclass(frozen=True, slots=True)
class Listing:
    """The paths of a project, relative to its root and sorted, and who listed them."""

    paths: tuple[str, ...]
    by: str
    """``"git"`` or ``"walk"``."""
    note: str = ""
    """What a reader should know about how the list came to be, or ``""``."""
    untracked: tuple[str, ...] = ()
    """Files that git neither tracks nor ignores: they do not count, and their author may think they do."""


class Project:
    """A project's root folder and the text of its files, each read at most once.

    Paths go in and come out relative to the root, with ``/`` between their parts. Only listed files
    exist for it: an ignored ``.env`` of a developer is as absent as it is on another machine.
    """

    def __init__(self, root: Path, listing: Listing) -> None:
        self.root = root
        self.listing = listing
        self.paths = listing.paths
        self._set = frozenset(listing.paths)
        self._sources: dict[str, SourceFile | None] = {}
        self._problems: dict[str, Problem] = {}
        self._parsed: dict[tuple[Callable[[SourceFile], Any], str], Any] = {}
        self._computed: dict[tuple[object, ...], Any] = {}
        self._real_folders: dict[str, str | None] = {}
        self.packages: InstalledPackages | None = None
        """What is installed in the Python environment that a person named."""
        self._given: Mapping[str, SourceFile] = {}

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a listed file; the root is ``""``."""
        found = {""}
        for path in self.paths:
            parent = posixpath.dirname(path)
            while parent not in found:
                found.add(parent)
                parent = posixpath.dirname(parent)
        return frozenset(found)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(posixpath.basename(path), []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def named(self, name: str) -> tuple[str, ...]:
        """Return the listed files whose last part is a name, in order."""
        return self._by_name.get(name, ())

    def exists(self, path: str) -> bool:
        """Say whether this is a listed file."""
        return path in self._set

    def is_folder(self, path: str) -> bool:
        """Say whether this folder holds a listed file."""
        return path in self.folders

    def under(self, folder: str) -> Iterator[str]:
        """Yield the listed files below a folder, in order."""
        if not folder:
            return iter(self.paths)
        prefix = f"{folder}/"
        # The paths are sorted: those with the same beginning stand together.
        rest = islice(self.paths, bisect_left(self.paths, prefix), None)
        return takewhile(lambda path: path.startswith(prefix), rest)

    def read(self, path: str) -> SourceFile | None:
        """Return a listed file's text, or None if it is not listed or cannot be had.

        What is wrong with it (binary, not UTF-8, too large, unreadable) is kept in ``problems``. Modules of
        the named environment can be read as well: they are not listed.
        """
        if self.packages is not None and self.packages.holds(path):
            return self.packages.read(path)
        if path not in self._sources:
            self._sources[path] = self._load(path) if path in self._set else None
        return self._sources[path]

    def parsed(self, parser: Callable[[SourceFile], T], path: str) -> T | None:
        """Return what a parser makes of a listed file, made once; None if the file cannot be had."""
        key = (parser, path)
        if key not in self._parsed:
            source = self.read(path)
            self._parsed[key] = None if source is None else parser(source)
        return cast("T | None", self._parsed[key])

    def once(self, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return what a function computes of the whole project, made once; ``key`` names what it is."""
        if key not in self._computed:
            self._computed[key] = compute()
        return cast("T", self._computed[key])

    def head(self, path: str, size: int = 4096) -> bytes:
        """Return the first bytes of a listed file without keeping them; ``b""`` if it cannot be had."""
        if path in self._given:
            return self._given[path].text[:size].encode("utf-8", "surrogatepass")[:size]
        try:
            full = self._regular_file(path)
            if full is None:
                return b""
            with open(full, "rb", buffering=0) as handle:
                return handle.read(size)
        except OSError:
            return b""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with the files that have been read so far, by path."""
        return tuple(self._problems[path] for path in sorted(self._problems))

    @property
    def read_so_far(self) -> tuple[str, ...]:
        """The files whose text somebody has asked for and could have."""
        return tuple(path for path, source in self._sources.items() if source is not None)

    def with_given(self, given: Mapping[str, SourceFile]) -> Project:
        """Return the same project with other texts for some of its files, or for files that it lacks."""
        paths = tuple(sorted({*self.paths, *given}))
        made = Project(self.root, replace(self.listing, paths=paths))
        made.packages = self.packages
        made._given = {**self._given, **given}
        made._sources = {**self._sources, **given}
        made._problems = {path: problem for path, problem in self._problems.items() if path not in given}
        made._parsed = {key: found for key, found in self._parsed.items() if key[1] not in given}
        return made

    def real_path(self, path: str) -> str:
        """Return the file that a path leads to once every link is followed: two may lead to one."""
        return os.path.realpath(self.root / path)

    def is_free(self, path: str) -> bool:
        """Say whether nothing lies at a path: neither a listed file nor one that git does not track."""
        return path not in self._set and not os.path.lexists(self.root / path)

    def _load(self, path: str) -> SourceFile | None:
        def broken(message: str) -> SourceFile:
            source = SourceFile(path, "")
            self._problems[path] = Problem(source.span(0), message)
            return source

        try:
            full = self._regular_file(path)
            if full is None:
                return None
            if os.stat(full).st_size > MAX_BYTES:
                return broken(f"is larger than {MAX_BYTES // 1024 // 1024} MiB and was not read")
            with open(full, "rb") as handle:
                data = handle.read()
        except OSError as error:
            return broken(f"cannot be read: {error.strerror or type(error).__name__}")
        source, problem = decode(path, data)
        if problem:
            self._problems[path] = problem
        return source

    def _regular_file(self, path: str) -> str | None:
        """Return where a listed file really lies; None outside of the root or if it is no plain file."""
        folder, _, name = path.rpartition("/")
        if folder not in self._real_folders:  # each part of a path is a question to the file system
            real = os.path.realpath(self.root / folder)
            self._real_folders[folder] = real if self._is_inside(real) else None
        inside = self._real_folders[folder]
        if inside is None:
            return None
        full = f"{inside}/{name}"
        try:
            mode = os.lstat(full).st_mode
            if stat.S_ISLNK(mode):
                full = os.path.realpath(full)
                if not self._is_inside(full):
                    return None
                mode = os.stat(full).st_mode
        except FileNotFoundError:
            return None  # deleted in the work tree, or a dangling link
        return full if stat.S_ISREG(mode) else None

    def _is_inside(self, real: str) -> bool:
        return Path(real).is_relative_to(self.root)


def read_given(file: Path, path: str, *, private: bool = True) -> SourceFile:
    """Read a file that a person named, wherever it lies; ``path`` is where it stands in the project.

    Its values are private unless it is said that they are not.
    Raises FileNotFoundError, PermissionError or ValueError with a text to show.
    """
    try:
        if not file.is_file():
            raise FileNotFoundError(f"there is no file {str(file)!r}")
        if file.stat().st_size > MAX_BYTES:
            raise ValueError(f"{str(file)!r} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        data = file.read_bytes()
    except PermissionError:
        raise PermissionError(f"{str(file)!r} may not be read") from None
    source, problem = decode(path, data)
    if problem is not None and not source.text:
        raise ValueError(f"{str(file)!r} {problem.message}")
    return SourceFile(path, source.text, private=private)


def open_project(path: Path, exclude: Iterable[str] = ()) -> Project:
    """Return the project that a file or folder belongs to, less what the patterns exclude.

    The root is the nearest folder upwards that holds a confguard.toml or a ``.git`` entry; without one
    it is the folder itself. Raises FileNotFoundError if there is no such path.
    """
    root = find_root(path)
    listing = list_files(root)
    patterns = list(exclude)
    if patterns:
        from pathspec import GitIgnoreSpec

        spec = GitIgnoreSpec.from_lines(patterns)
        kept, untracked = (
            tuple(found for found in paths if not spec.match_file(found))
            for paths in (listing.paths, listing.untracked)
        )
        listing = replace(listing, paths=kept, untracked=untracked)
    return Project(root, listing)


def find_root(path: Path) -> Path:
    """Return the root of the project that a file or folder lies in; raises FileNotFoundError."""
    real = Path(os.path.realpath(path))
    if not real.exists():
        raise FileNotFoundError(path)
    start = real if real.is_dir() else real.parent
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in CONFIG_NAMES) or (folder / ".git").exists():
            return folder
    return start


def list_files(root: Path) -> Listing:
    """List a project's files: those that git tracks, or a walk that honours .gitignore without git."""
    listed = _git_files(root)
    if isinstance(listed, Listing):
        return listed
    return Listing(tuple(sorted(_walk(root))), "walk", listed)


def _git_files(root: Path) -> Listing | str:
    """Return what git tracks below a folder, or a note on why git could not say."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return ""
    try:
        listed = ask(root, "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard")
    except GitError as error:
        if not error.ran:
            return f"{error}, so the files were found by walking the folder"
        return f"git did not list its files ({error}), so they were found by walking the folder"
    tracked: set[str] = set()
    untracked: set[str] = set()
    for entry in listed.split(b"\0"):
        # a letter for its state, a space, the path; a nested repository ends with a slash
        if entry and not entry.endswith(b"/"):
            (untracked if entry.startswith(b"?") else tracked).add(os.fsdecode(entry[2:]))
    note = "" if tracked else "git tracks no file here: a file counts once it is added (`git add`)"
    return Listing(tuple(sorted(tracked)), "git", note, tuple(sorted(untracked)))


def _valid_patterns(text: str) -> Iterator[str]:
    """Yield the lines of a .gitignore that are patterns: git passes over those that are not."""
    from pathspec import GitIgnoreSpec

    for line in text.splitlines():
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        yield line


def _walk(root: Path) -> Iterator[str]:
    """Yield the files below a folder that no .gitignore in it leaves out; links are not followed."""
    from pathspec import GitIgnoreSpec

    def ignored(path: str, specs: list[tuple[str, GitIgnoreSpec]]) -> bool:
        for folder, spec in reversed(specs):  # the nearest .gitignore that says anything decides
            inside = path[len(folder) + 1 :] if folder else path
            decision = spec.check_file(inside).include
            if decision is not None:
                return decision
        return False

    count = 0
    pending: list[tuple[str, list[tuple[str, GitIgnoreSpec]]]] = [("", [])]
    while pending:
        folder, specs = pending.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name == ".gitignore" and entry.is_file(follow_symlinks=False):
                text = Path(entry.path).read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
                specs = [*specs, (folder, GitIgnoreSpec.from_lines(_valid_patterns(text)))]
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER_WALKED and not ignored(f"{path}/", specs):
                    pending.append((path, specs))
            elif not ignored(path, specs):
                count += 1
                if count > MAX_FILES:
                    return
                yield path
