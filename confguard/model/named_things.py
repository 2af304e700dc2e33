"""What commands and documents name and the repository does not have: services and make targets."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from confguard.discover.history import tells_of_another_version
from confguard.discover.kinds import Kind
from confguard.model.stacks.shapes import shape
from confguard.model.stacks.sightings import FORMS, Sighting
from confguard.model.stacks.stack import Role
from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_READ = (Kind.MAKEFILE, Kind.SCRIPT, Kind.TASKS, Kind.WORKFLOW, Kind.DOCUMENT)


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A name that nothing in the repository bears, with the places that use it and what may be meant."""

    name: str
    spans: tuple[Span, ...]
    near: str = ""
    aside: bool = False
    """Only commands for development and tests use it, or documents that may be about something else."""


def unknown_services(repo: Repo) -> Iterator[Unnamed]:
    """Yield the services that Compose commands name and no Compose file of the repository has."""
    known: set[str] = set()
    for file in repo.files:
        if file.kind is Kind.COMPOSE:
            outline = shape(repo.project, file.path)
            if outline.broken:  # it may have any service
                return
            known |= outline.services
    found: dict[str, list[Span]] = {}
    serious: set[str] = set()
    asked = [one for one in repo.sightings if one.invocation is not None and not one.invocation.spoken]
    about = _about_these(asked, known)
    for sighting in asked:
        one = sighting.invocation
        for name in one.services if one is not None else ():
            if one is not None and name not in known and _plain_name(name):
                found.setdefault(name, []).append(one.span)
                aside = sighting.role in (Role.DEVELOPMENT, Role.TEST) or one.span.path not in about
                serious |= set() if aside else {name}
    for name, spans in found.items():
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
        yield Unnamed(name, tuple(dict.fromkeys(spans)), near[0] if near else "", name not in serious)


def _about_these(sightings: Sequence[Sighting], known: set[str]) -> set[str]:
    """Return the files that are surely about the repository's own services.

    A document that names none of them may be about another product, or somebody else's deployment.
    """
    found = [one.invocation for one in sightings if one.invocation is not None]
    documents = {one.span.path for one in found if one.form is Form.DOCUMENT}
    named = {one.span.path for one in found if not known.isdisjoint(one.services) or one.files}
    return {one.span.path for one in found} - (documents - named)


def _plain_name(name: str) -> bool:
    """Say whether a word is a name, and not a stand-in for one (``SERVICE``, ``service_name``)."""
    stand_in = re.fullmatch(
        r"(your|my|the|some)?[-_]?(service|container|app)([-_]?(name|s|\d))?|name|foo|bar", name
    )
    return name == name.lower() and stand_in is None


def unknown_targets(repo: Repo) -> Iterator[Unnamed]:
    """Yield the targets that ``make`` is called with and that no Makefile of the repository has."""
    sources = [
        repo.project.read(file.path)
        for file in repo.files
        if file.kind is Kind.MAKEFILE and not file.inactive
    ]
    makefiles = [source for source in sources if source is not None]
    if not makefiles or any(_is_open(source) for source in makefiles):
        return
    known = {name for source in makefiles for name in _targets(source)}
    found: dict[str, list[Span]] = {}
    for source, line in command_lines(repo, ("make",)):
        if "make" not in line.joined.text:
            continue
        for words in commands(line.joined.text, {}, make=False):
            names = [word.text for word in words]
            if names[0] not in ("make", "gmake") or line.prose or line.spoken:
                continue
            inner = _folder_of(names)
            if inner is not None:
                elsewhere = line.folder is not None or changes_folder(source, line)
                for word in () if elsewhere else _lost_in(repo, inner, words):
                    found.setdefault(word.text, []).append(line.joined.span(word.start, word.end))
                continue
            for index, name in enumerate(names[1:], 1):
                if names[index - 1] in ("-C", "-f", "-j", "--directory", "--file", "-I", "-o"):
                    continue
                if name not in known and re.fullmatch(r"[a-z][\w.-]*", name) and _is_call(names):
                    span = line.joined.span(words[index].start, words[index].end)
                    found.setdefault(name, []).append(span)
    for name, spans in found.items():
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
        yield Unnamed(name, tuple(dict.fromkeys(spans)), near[0] if near else "")


def _folder_of(names: Sequence[str]) -> str | None:
    """Return the folder of ``make -C folder``, None without one."""
    for index, name in enumerate(names[1:], 1):
        if name in ("-C", "--directory"):
            return names[index + 1] if index + 1 < len(names) else None
        if name.startswith("--directory="):
            return name.partition("=")[2]
        if name.startswith("-C") and name != "-C":
            return name[2:]
    return None


def _lost_in(repo: Repo, folder: str, words: Sequence[ShellWord]) -> Iterator[ShellWord]:
    """Yield the targets that the Makefile of a folder surely does not have."""
    source = repo.project.read(posixpath.join(posixpath.normpath(folder), "Makefile"))
    names = [word.text for word in words]
    if source is None or _is_open(source) or "-f" in names or UNKNOWN in " ".join(names):
        return
    known = set(_targets(source))
    for before, word in pairwise(words):
        plain = re.fullmatch(r"[a-z][\w.-]*", word.text)
        if plain and before.text not in ("-C", "--directory", "-j", "-I", "-o") and word.text not in known:
            yield word


def _is_call(names: Sequence[str]) -> bool:
    """Say whether words are a call of make on this repository, and no sentence or other build."""
    others = {"install", "test", "check", "clean", "all"}
    plain = [name for name in names[1:] if not name.startswith("-") and "=" not in name]
    return len(plain) <= 3 and "-C" not in names and "-f" not in names and not others & set(plain)


def _is_open(source: SourceFile) -> bool:
    """Say whether a Makefile may have targets that are not seen: patterns, variables, included files."""
    return (
        re.search(
            r"(?m)^(?:[^\s#:=%]*%[^:=\n]*:|-?include\s|\$\([^)\n]*\)[ \t]*:(?!=)|[ \t]*\$\(eval)", source.text
        )
        is not None
    )


def _targets(source: SourceFile) -> Iterator[str]:
    for match in re.finditer(r"(?m)^([^\s#:=][^#:=\n]*)::?(?!=)", source.text):
        yield from match[1].split()
    for match in re.finditer(r"(?m)^\.PHONY[ \t]*:[ \t]*(.*)$", source.text):
        yield from match[1].split()


def command_lines(repo: Repo, texts: Sequence[str]) -> Iterator[tuple[SourceFile, CommandLine]]:
    """Yield the command lines of files that hold one of these texts."""
    for file in repo.files:
        if (
            file.kind not in _READ
            or file.inactive
            or file.aside == "tests"
            or tells_of_another_version(file.path)
        ):
            continue
        source = repo.project.read(file.path)
        form = FORMS.get(file.kind)
        if source is None or form is None or form is Form.COMMENTS:
            continue
        if not any(text in source.text for text in texts):
            continue
        for line in lines(source, form):
            if not line.spoken and not line.prose:
                yield source, line


def changes_folder(source: SourceFile, line: CommandLine) -> bool:
    """Say whether something above in the same document or script may have gone to another folder."""
    above = source.text[: line.joined.span(0, 1).start]
    return re.search(r"(?m)^\s*(?:[$#]\s+)?(?:cd|pushd|WORKDIR|git clone|mkdir)\b", above[-4000:]) is not None
