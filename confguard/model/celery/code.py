"""What the code of a project says to Celery: tasks, calls, the schedule of beat, queues.

Read from the text, not by evaluation: names that are put together, or stand in constants, are not seen. Task
names are those of Celery 5 (docs, "Tasks", "Names"): the module and the function, unless ``name=`` says.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from confguard.discover.kinds import aside
from confguard.discover.project import Project
from confguard.model.screened import Screened
from confguard.source import SourceFile, Span

_CELERY = re.compile(r"\bcelery\b")
_INTERESTING = ("shared_task", ".delay(", "apply_async", "beat_schedule", "BEAT_SCHEDULE", "TASK_ROUTES")
_DECORATED = re.compile(
    r"^[ \t]*@(?:[\w.]+\.)?(?:shared_task|task|periodic_task)\b(?P<args>\((?:[^()]|\([^()]*\))*\))?[^\n]*\n"
    r"(?:[ \t]*@[^\n]*\n|[ \t]*#[^\n]*\n|[ \t]*\n)*[ \t]*(?:async[ \t]+)?def[ \t]+(?P<name>\w+)",
    re.MULTILINE,
)
_ANY_DECORATOR = re.compile(r"^[ \t]*@[^\n]*task[^\n]*$", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"\bname\s*=\s*[\"']([\w.:-]+)[\"']")
_CALL = re.compile(r"\.(?:delay|delay_on_commit|apply_async|apply_async_on_commit)\(")
_SCHEDULED = re.compile(r"[\"']task[\"']\s*:\s*[\"'](?P<task>[\w.]+)[\"']")
_SCHEDULES = re.compile(r"(?:beat_schedule|BEAT_SCHEDULE)\b(?!_|r)")
_SCHEDULE = re.compile(
    r"(?:\.conf\.|CELERY_?)(?:beat_schedule|BEAT_SCHEDULE)(?:\[[^\]\n]+\])?\s*(?::[^=\n]+)?=\s*\{(?!\s*\})"
    r"|\bbeat_schedule\s*=\s*\{(?!\s*\})"
)
_QUEUE = re.compile(
    r"[\"']queue[\"']\s*:\s*[\"'](?P<mapped>[\w.-]+)[\"']|\bqueue\s*=\s*[\"'](?P<given>[\w.-]+)[\"']"
)
_MADE_OTHERWISE = Screened(
    re.compile(r"register_task|tasks\.register\(|\(\s*(?:celery\.)?Task\s*\)|task_cls"),
    ("register_task", "tasks.register(", "Task", "task_cls"),
)
_APPLICATION = re.compile(r"(?<![\w.])(?:celery\.)?Celery\(")
_SKIPPED = re.compile(r"(^|/)(tests?|testing|migrations|node_modules)/|(^|/)(test_\w+|conftest|tests)\.py$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that stands in the code: a task of the schedule, a queue."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """A function that is a task; ``explicit`` is its ``name=``, or ``""``."""

    module: str
    function: str
    explicit: str
    span: Span

    def is_called(self, name: str) -> bool:
        """Say whether the task may have a name, whatever the folder is that modules are imported from."""
        if self.explicit:
            return self.explicit == name
        return f".{self.module}.{self.function}".endswith(f".{name}")


@dataclass(frozen=True)
class Code:
    """What the code of a folder says to Celery. Files of tests and migrations are not read."""

    project: Project
    sources: tuple[SourceFile, ...]

    @cached_property
    def has_application(self) -> bool:
        """Whether it makes a Celery application."""
        return any(_APPLICATION.search(source.text) for source in self.sources)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks."""
        return tuple(task for source in self.sources for task in _tasks(source))

    @cached_property
    def calls(self) -> tuple[Span, ...]:
        """The places that send a task."""
        return tuple(
            source.span(*match.span())
            for source in self.sources
            for match in _CALL.finditer(source.text)
            if not _in_comment(source, match.start())
        )

    @cached_property
    def scheduled(self) -> tuple[Mention, ...]:
        """The tasks of schedules that stand in the code."""
        return tuple(
            Mention(match["task"], source.span(*match.span("task")))
            for source in self.sources
            if _SCHEDULES.search(source.text)
            for match in _SCHEDULED.finditer(source.text)
            if not _in_comment(source, match.start())
        )

    @cached_property
    def schedule(self) -> Span | None:
        """Where a schedule that is not empty is assigned."""
        for source in self.sources:
            for match in _SCHEDULE.finditer(source.text):
                if not _in_comment(source, match.start()):
                    return source.span(*match.span())
        return None

    @cached_property
    def queues(self) -> tuple[Mention, ...]:
        """The queues that tasks are sent to: by routes, by decorators, by calls."""
        return tuple(
            Mention(match[group], source.span(*match.span(group)))
            for source in self.sources
            for match in _QUEUE.finditer(source.text)
            for group in ("mapped", "given")
            if match[group] and not _in_comment(source, match.start())
        )

    def speaks_of(self, wanted: re.Pattern[str] | Screened) -> bool:
        """Say whether any of it matches a pattern."""
        return any(wanted.search(source.text) for source in self.sources)


def code_of(project: Project, folder: str) -> Code:
    """Return what the Python code below a folder (``""`` for all) says to Celery."""
    return Code(project, tuple(_sources(project, folder)))


def _sources(project: Project, folder: str) -> Iterator[SourceFile]:
    for path in project.under(folder):
        if path.endswith(".py") and not _SKIPPED.search(path) and not aside(path):
            source = project.read(path) if project.parsed(_is_interesting, path) else None
            if source is not None:
                yield source


def _is_interesting(source: SourceFile) -> bool:
    # One expression for all takes ten times as long, and every source is asked.
    text = source.text
    return any(one in text for one in _INTERESTING) or ("celery" in text and bool(_CELERY.search(text)))


def _tasks(source: SourceFile) -> Iterator[Task]:
    module = source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for match in _DECORATED.finditer(source.text):
        name = _NAME.search(match["args"] or "")
        yield Task(module, match["name"], name[1] if name else "", source.span(*match.span("name")))


def _in_comment(source: SourceFile, offset: int) -> bool:
    start = source.text.rfind("\n", 0, offset) + 1
    return source.text[start:offset].lstrip().startswith("#")


def unknown_tasks(code: Code) -> Iterator[tuple[Mention, Task | None]]:
    """Yield the scheduled tasks that surely do not exist, each with a task of that function's name elsewhere.

    Those of packages which are not in the repository are not judged, nor where tasks may be made in ways
    that are not read (classes, registration, decorators of the project's own).
    """
    if code.speaks_of(_MADE_OTHERWISE):
        return
    for mention in code.scheduled:
        if any(task.is_called(mention.name) for task in code.tasks) or "." not in mention.name:
            continue
        if mention.name.startswith("celery."):
            continue  # Celery's own (celery/app/builtins.py, 5.5): backend_cleanup, chord_unlock ...
        module, _, function = mention.name.rpartition(".")
        top = module.partition(".")[0]
        packages = [path for path in code.project.folders if posixpath.basename(path) == top]
        if not packages or _literal(code, mention):
            continue
        source = _module(code.project, packages, module)
        if source is not None and _may_have(source, function):
            continue
        near = next((task for task in code.tasks if task.function == function), None)
        yield mention, near


def _literal(code: Code, mention: Mention) -> bool:
    """Say whether the name is given to a task somewhere, in whatever way."""
    given = re.compile(rf"name\s*=\s*[\"']{re.escape(mention.name)}[\"']")
    return code.speaks_of(Screened(given, (mention.name,)))


def _module(project: Project, packages: list[str], module: str) -> SourceFile | None:
    rest = module.partition(".")[2].replace(".", "/")
    for package in packages:
        base = posixpath.join(package, rest) if rest else package
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if project.exists(path):
                return project.read(path)
    return None


def _may_have(source: SourceFile, function: str) -> bool:
    text = source.text
    named = re.search(rf"\b{re.escape(function)}\b", text) is not None
    return named or re.search(r"import\s+\(?\s*\*", text) is not None
