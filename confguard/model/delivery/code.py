"""Which variables code reads: a quick look at texts, with places; nothing is parsed or run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from confguard.discover.project import Project
from confguard.source import SourceFile, Span

_HEAD = 400_000  # bytes of a file that are looked at
_KEPT = 50_000_000
"""Bytes of such beginnings that are kept: opening the files of a front end again costs more than looking."""
_ARGUMENT = re.compile(r"[(\[]\s*(?P<quote>[\"'])(?P<name>[A-Za-z_]\w*)(?P=quote)")
_READER = re.compile(
    r"(?:\benviron(?:\.(?:get|pop|setdefault))?|\bgetenv|\bconfig|\b[\w.]*env(?:\.\w+)?)\Z", re.IGNORECASE
)
_MEMBER = re.compile(
    r"(?P<quote>[\"'])(?P<name>[A-Za-z_]\w*)(?P=quote)\s+(?:not\s+)?in\s+(?:os\.)?environ\b", re.IGNORECASE
)
_SCRIPT = re.compile(r"(?:import\.meta\.env|process\.env)(?:\.|\[[\"'])(?P<name>[A-Za-z_]\w*)")
_SHELL = re.compile(r"(?<![\\$])\$(?:\{[#!]?)?(?P<name>[A-Za-z_]\w*)")
_OF_WORDS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_ONLY_WORDS = bytes(code if code in _OF_WORDS else 0x20 for code in range(256))
_PYTHON_WORD = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_QUOTED_WORD = re.compile(r"[\"']([A-Z][A-Z0-9_]{2,})[\"']")
_BY_ATTRIBUTE = ("BaseSettings", "dynaconf", "configurations", "environ.to_config", "goodconf")
_DOCKERFILE_USE = re.compile(rb"\$\{?([A-Z][A-Z0-9_]{2,})")
_FRONT_END = (".js", ".jsx", ".ts", ".tsx", ".vue", ".svelte", ".mjs", ".cjs", ".mts")
_NO_CODE = (
    *(
        ".md",
        ".mdx",
        ".rst",
        ".adoc",
        ".txt",
        ".po",
        ".pot",
        ".lock",
        ".svg",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
    ),
    *(".ico", ".webp", ".woff", ".woff2", ".ttf", ".eot", ".pdf", ".mo", ".csv", ".map", ".css", ".scss"),
    *(".html", ".snap", ".gz", ".zip", ".ipynb", ".sql", ".geojson", ".mp3", ".mp4", ".min.js"),
)
_SKIPPED = re.compile(
    r"(^|/)(\.github|\.gitlab|\.circleci|node_modules|vendor|site-packages|migrations|locale|static/(?:lib|vendor))/"
)
_TESTS = re.compile(r"(^|/)(tests?|testing|e2e|__tests__)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$")


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One place where code names a variable of the environment as one."""

    name: str
    span: Span


Finder = Callable[[SourceFile], tuple[CodeRead, ...]]
"""Finds what one source reads."""


@dataclass
class Code:
    """The code of a project, looked at when first asked for and then kept."""

    project: Project
    _folders: dict[tuple[str, tuple[str, ...]], tuple[CodeRead, ...]] = field(default_factory=dict)
    _mentioned: dict[str, bool] = field(default_factory=dict)
    _heads: dict[str, bytes] = field(default_factory=dict)
    _kept: int = 0

    def python(self, folder: str) -> tuple[CodeRead, ...]:
        """Return what the Python files below a folder read, tests left out."""
        return self._below(folder, (".py",), _python_reads)

    def front_end(self, folder: str) -> tuple[CodeRead, ...]:
        """Return what JavaScript, TypeScript and their like below a folder read."""
        return self._below(folder, _FRONT_END, _script_reads, b"env")

    def mentions(self, folder: str, texts: tuple[str, ...]) -> bool:
        """Say whether a Python file or a shell script below a folder holds one of these texts."""
        sources = (
            self.project.read(path)
            for path in self.project.under(folder)
            if path.endswith((".py", ".sh", ".bash")) and not _SKIPPED.search(path)
        )
        return any(text in source.text for source in sources if source is not None for text in texts)

    def mentioned_elsewhere(self, name: str) -> bool:
        """Say whether anything but Python says a name: it may be set by hand, or by another program."""
        if name not in self._mentioned:
            text = name.encode()
            pattern = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(text) + rb"(?![A-Za-z0-9_])")
            heads = (self._head(path) for path in self.project.paths if not path.endswith(".py"))
            # `in` is many times faster than a pattern, and most files do not say it
            self._mentioned[name] = any(text in head and pattern.search(head) for head in heads)
        return self._mentioned[name]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word in capitals of the project's code and configuration.

        What env files, Compose files and documents say is left out: they deliver and tell.
        """
        found: set[str] = set()
        for path in self.project.paths:
            name = posixpath.basename(path).lower()
            if name.endswith(_NO_CODE) or _SKIPPED.search(path) or _delivers(name):
                continue
            if name.endswith(".py") and "dockerfile" not in name:
                found.update(self.project.parsed(_python_words, path) or ())
                continue
            data = self._head(path)
            if b"\0" not in data[:1024]:
                # A Dockerfile gives variables: what it uses has a dollar sign in front.
                words = set(_DOCKERFILE_USE.findall(data)) if "dockerfile" in name else _words(data)
                found.update(word.decode("ascii") for word in words)
        return frozenset(found)

    def _head(self, path: str) -> bytes:
        if path in self._heads:
            return self._heads[path]
        data = self.project.head(path, _HEAD)
        if self._kept + len(data) <= _KEPT:
            self._heads[path] = data
            self._kept += len(data)
        return data

    def _below(
        self, folder: str, endings: tuple[str, ...], find: Finder, needed: bytes = b""
    ) -> tuple[CodeRead, ...]:
        key = (folder, endings)
        if key not in self._folders:
            self._folders[key] = tuple(self._reads(folder, endings, find, needed))
        return self._folders[key]

    def _reads(
        self, folder: str, endings: tuple[str, ...], find: Finder, needed: bytes
    ) -> Iterator[CodeRead]:
        for path in self.project.under(folder):
            if not path.endswith(endings) or _SKIPPED.search(path) or _TESTS.search(path):
                continue
            # What is not read for anything else is only kept if it may hold something.
            if needed and needed not in self._head(path).lower():
                continue
            yield from self.project.parsed(find, path) or ()


def _words(data: bytes) -> set[bytes]:
    """Return what ``[A-Z][A-Z0-9_]{2,}`` finds, in two thirds of its time: a front end has much text."""
    runs = {run.lstrip(b"0123456789_") for run in data.translate(_ONLY_WORDS).split()}
    return {run for run in runs if len(run) > 2}


def _python_words(source: SourceFile) -> frozenset[str]:
    """Return what may be a variable: Python names them in quotes, but for libraries that take attributes."""
    text = source.text[:_HEAD]
    by_attribute = any(word in text for word in _BY_ATTRIBUTE)
    return frozenset((_PYTHON_WORD if by_attribute else _QUOTED_WORD).findall(text))


def _delivers(name: str) -> bool:
    return bool(re.search(r"(^|[._-])env([._-]|$)|compose|lock\.(json|yaml)$|^\.git", name)) and not (
        name.endswith((".py", ".sh", ".js", ".ts", ".mjs", ".cjs", ".d.ts"))
    )


def _python_reads(source: SourceFile) -> tuple[CodeRead, ...]:
    """Return the calls, subscripts and comparisons of Python that name a variable.

    Brackets with a text in them are looked for first, and then at what stands before: the other way round
    every letter of a source may begin a name that ends with ``env``.
    """
    text, lower = source.text, source.text.lower()
    if "env" not in lower and "config(" not in lower:
        return ()
    found = []
    for match in _ARGUMENT.finditer(text):
        end = match.start()
        while end and text[end - 1].isspace():
            end -= 1
        start = end
        while start and (text[start - 1].isalnum() or text[start - 1] in "._"):
            start -= 1
        reader = _READER.search(text[start:end])
        if reader:
            found.append((start + reader.start(), match.end(), match["name"]))
    found += [(*match.span(), match["name"]) for match in _MEMBER.finditer(text)]
    reads: list[CodeRead] = []
    for start, end, name in sorted(found):
        if not reads or start >= reads[-1].span.end:  # what is inside of another is a part of it
            reads.append(CodeRead(name, source.span(start, end)))
    return tuple(reads)


def _script_reads(source: SourceFile) -> tuple[CodeRead, ...]:
    return tuple(
        CodeRead(match["name"], source.span(*match.span())) for match in _SCRIPT.finditer(source.text)
    )


def shell_uses(text: str) -> Mapping[str, int]:
    """Return the variables that a shell text uses, each with the offset of its first use."""
    found: dict[str, int] = {}
    for match in _SHELL.finditer(text):
        found.setdefault(match["name"], match.start())
    return found


def placeholders(source: SourceFile) -> Iterator[CodeRead]:
    """Yield the ``${NAME}`` and ``$NAME`` in capitals of a text for envsubst."""
    for match in re.finditer(r"\$(?:\{([A-Z]\w*)\}|([A-Z][A-Z0-9_]+)\b)", source.text):
        yield CodeRead(match[1] or match[2], source.span(match.start(), match.end()))
