"""The jobs of a repository's workflows, with the commands of their steps."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.parsers.workflows import Job, Step, Workflow, parse

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_FOLDER = re.compile(r"(^|/)\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
_RUNNERS = (
    ("uv", "run"),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("rye", "run"),
    ("coverage", "run"),
    ("python", "-m", "coverage", "run"),
    ("sudo",),
    ("time",),
    ("env",),
    ("xvfb-run",),
)

_SETS_MORE = re.compile(
    r"(?m)^\s*(?:-?include|sinclude|(?:override\s+)?export|define)\b|\$\(eval|^\.ONESHELL"
)
"""What gives recipes variables that their lines do not show, or makes rules."""


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command of a step: its words, without the variables that are set for it alone.

    ``start`` and ``end`` are its place in the line's text.
    """

    words: tuple[ShellWord, ...]
    assigned: tuple[tuple[str, str | None], ...]
    line: CommandLine
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The words as text."""
        return tuple(word.text for word in self.words)


def workflows(repo: Repo) -> Iterator[Workflow]:
    """Yield the workflows that GitHub, or what is like it, runs."""
    for path in repo.paths(Kind.WORKFLOW):
        if _FOLDER.search(f"/{path}"):
            found = repo.project.parsed(parse, path)
            if found is not None:
                yield found


def jobs(repo: Repo) -> Iterator[tuple[Workflow, Job]]:
    """Yield every job with its workflow."""
    for workflow in workflows(repo):
        for job in workflow.jobs:
            yield workflow, job


def commands_of(step: Step) -> Iterator[Command]:
    """Yield the simple commands of a step's ``run``, in their order."""
    for line in step.lines:
        yield from _commands(line)


def of_make(repo: Repo, step: Step, command: Command) -> Iterator[Command]:
    """Yield what ``make target`` of a step runs, if the recipe's variables are surely the step's own."""
    if len(command.texts) != 2 or command.texts[0] != "make" or step.folder is None:
        return
    source = repo.project.read(posixpath.normpath(posixpath.join(step.folder, "Makefile")))
    if source is None or _SETS_MORE.search(source.text):
        return
    for line in lines(source, Form.MAKEFILE):
        if line.context == command.texts[1] and not line.variable:
            for one in _commands(line):
                yield Command(one.words, (*command.assigned, *one.assigned), one.line, one.start, one.end)


def _commands(line: CommandLine) -> Iterator[Command]:
    for words in commands(line.joined.text, {}):
        assigned: list[tuple[str, str | None]] = []
        index = 0
        while index < len(words):
            match = re.match(r"([A-Za-z_]\w*)=", words[index].text)
            if match is None:
                break
            value = words[index].text[match.end() :]
            assigned.append((match[1], None if UNKNOWN in value else value))
            index += 1
        yield Command(tuple(words[index:]), tuple(assigned), line, words[0].start, words[-1].end)


def without_runner(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command without what only runs it: ``uv run``, ``coverage run --source=.``, ``python``."""
    changed = True
    while changed and words:
        changed = False
        for runner in _RUNNERS:
            if words[: len(runner)] == runner:
                words, changed = words[len(runner) :], True
                while words and words[0].startswith("-") and words[0] != "-m":
                    words = words[1:]
        name = words[0].rpartition("/")[2] if words else ""
        if re.fullmatch(r"python[\d.]*", name) and len(words) > 1 and not words[1].startswith("-c"):
            words, changed = words[1:], True
            while words and words[0].startswith(("-W", "-X", "-u", "-B", "-E", "-I")):
                words = words[2:] if words[0] in ("-W", "-X") else words[1:]
            if words[:1] == ("-m",):
                words = words[1:]
    return words


def text_of(job: Job) -> str:
    """Return the text of a job as it is written."""
    return job.span.text
