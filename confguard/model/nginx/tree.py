"""The files of one container, as far as nginx's configuration may be among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from confguard.discover.project import Project
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.stock import Stock, is_silent
from confguard.model.nginx.types import Delivered
from confguard.source import SourceFile

MAX_FILES = 20_000
"""A container's tree holds no more files than this; the rest of a larger folder is unknown."""

_WILD = re.compile(r"[*?\[]")


@dataclass
class FileTree:
    """Files by their absolute path in a container, and the paths about which nothing is known.

    Built by laying one layer over the other: the image, what is copied into it, mounts. ``covered`` are
    folders whose content is known in full, even where the image's is not.
    """

    project: Project
    stock: Stock
    files: dict[str, Loaded] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    covered: set[str] = field(default_factory=set)
    scripted: int = 0
    """How often a script wrote a file of it so far."""
    doubt: str = ""
    """Why a file that nothing is seen to put here may be here all the same, or ``""``."""
    _folders: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, content in self.stock.files.items():
            self.put(path, Loaded(path, SourceFile(path, content), stock=True))

    @property
    def prefix(self) -> str:
        """The folder that relative includes start from."""
        return self.stock.prefix

    def put(self, path: str, loaded: Loaded) -> None:
        """Place a file, over whatever was there."""
        path = posixpath.normpath(path)
        self.forget(path)
        self.files[path] = loaded
        child = path
        while child != "/":
            folder, name = posixpath.split(child)
            names = self._folders.setdefault(folder, set())
            if name in names:
                break
            names.add(name)
            child = folder

    def put_project_path(self, path: str, target: str) -> bool:
        """Place a file or folder of the project; says whether the project has it."""
        path = "" if path == "." else path
        if self.project.exists(path):
            source = self.project.read(path)
            if source is None:
                return False
            self.put(target, Loaded(path, source))
            return True
        if not self.project.is_folder(path):
            return False
        prefix = f"{path}/" if path else ""
        for count, inner in enumerate(self.project.under(path)):
            if count > MAX_FILES:
                self.forget(target, "the folder has too many files")
                break
            if _could_be_configuration(inner):
                source = self.project.read(inner)
                if source is not None:
                    self.put(f"{target.rstrip('/')}/{inner[len(prefix) :]}", Loaded(inner, source))
        return True

    def remove(self, path: str) -> None:
        """Take away a file, or a folder with all in it."""
        path = posixpath.normpath(path)
        for found in [item for item in self.files if item == path or item.startswith(f"{path}/")]:
            del self.files[found]
            self._folders.get(posixpath.dirname(found), set()).discard(posixpath.basename(found))
        for found in [item for item in self.unknown if item == path or item.startswith(f"{path}/")]:
            del self.unknown[found]

    def forget(self, path: str, reason: str = "") -> None:
        """Replace a path by nothing, or by something that cannot be known."""
        path = posixpath.normpath(path)
        if path in self.files or path in self._folders or path in self.unknown:
            self.remove(path)
        if reason:
            self.unknown[path] = reason

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        """The files of the repository, in the order of their paths in the container."""
        return tuple(
            Delivered(loaded.path, path, loaded.environment is not None)
            for path, loaded in sorted(self.files.items())
            if not loaded.stock
        )

    def cover(self, folder: str) -> None:
        """Say that a folder holds what was put into it and nothing else."""
        folder = posixpath.normpath(folder)
        self.remove(folder)
        self.covered.add(folder)

    def _unknown_at(self, path: str) -> str:
        """Return why a path cannot be known, or ``""``; the nearest layer decides."""
        while True:
            if path in self.unknown:
                return self.unknown[path]
            if path in self.covered:
                return ""
            if path == "/":
                return "" if self.stock.complete else "what the image holds is not known"
            path = posixpath.dirname(path)

    def find(self, pattern: str) -> tuple[tuple[Loaded, ...], tuple[tuple[str, str, bool], ...]]:
        """Return the files that a path or glob names, sorted as glob(3) does, and what is missing."""
        pattern = posixpath.normpath(pattern)
        if not _WILD.search(pattern):
            if loaded := self.files.get(pattern):
                return (loaded,), ()
            reason = self._unknown_at(pattern) or self.doubt
            if is_silent(pattern):
                return (), ()
            absent = not reason
            return (), ((pattern, reason or "no file of that name is in the container", absent),)
        found = sorted(self._glob("/", pattern.strip("/").split("/")))
        base = _WILD.split(pattern, maxsplit=1)[0].rpartition("/")[0] or "/"
        reasons = {base: self._unknown_at(base)} if self._unknown_at(base) else {}
        for path, reason in self.unknown.items():
            if path.startswith(f"{base.rstrip('/')}/") and _matches(path, pattern):
                reasons[path] = reason
        missing = tuple((pattern, reason, False) for reason in reasons.values())
        return tuple(self.files[path] for path in found), missing[:1]

    def _glob(self, folder: str, parts: list[str]) -> Iterator[str]:
        part, rest = parts[0], parts[1:]
        names = self._folders.get(folder, set())
        if _WILD.search(part):
            expression = _glob_expression(part)
            names = {name for name in names if expression.fullmatch(name)}
        else:
            names = names & {part}
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            if rest:
                yield from self._glob(path, rest)
            elif path in self.files:
                yield path


def _glob_expression(part: str) -> re.Pattern[str]:
    """Return the regular expression of a glob(3) component; a leading dot must be written."""
    import fnmatch

    translated = fnmatch.translate(part.replace("[^", "[!"))
    return re.compile(translated if part.startswith(".") else rf"(?!\.){translated}")


def _matches(path: str, pattern: str) -> bool:
    """Say whether something at or below a path may match a glob."""
    pairs = zip(path.strip("/").split("/"), pattern.strip("/").split("/"), strict=False)
    return all(_glob_expression(part).fullmatch(name) for name, part in pairs)


_NEVER = frozenset({
    "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "woff", "woff2", "ttf", "eot", "js", "mjs", "ts",
    "tsx", "jsx", "vue", "css", "scss", "py", "pyc", "htm", "html", "md", "rst", "po", "mo", "json",
    "lock", "yml", "yaml", "toml", "pem", "crt", "key", "gz", "zip", "tar", "pdf", "mp3", "mp4", "webm",
    "csv", "sql", "go", "rs", "rb", "java", "php",
})  # fmt: skip


def _could_be_configuration(path: str) -> bool:
    _, dot, ending = path.rpartition(".")
    return not dot or ending.lower() not in _NEVER
