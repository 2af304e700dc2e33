"""Management commands of workflows that surely cannot load the settings under the step's environment."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.environment import Environment
from confguard.model.running_settings import default_module
from confguard.model.value import Known, Step, Unknown
from confguard.model.workflows.jobs import Command, commands_of, jobs, without_runner
from confguard.parsers.workflows import Job
from confguard.parsers.workflows import Step as JobStep
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.settings import Failure
    from confguard.model.repo import Repo

_RUNNER = {"CI": "true", "GITHUB_ACTIONS": "true"}
_OF_RUNNER = (
    *("HOME", "PATH", "USER", "LOGNAME", "SHELL", "PWD", "LANG", "LC_ALL", "HOSTNAME", "TERM", "TMPDIR"),
    *("TEMP", "TMP", "DEBIAN_FRONTEND", "JAVA_HOME", "PYTHONPATH", "VIRTUAL_ENV", "pythonLocation"),
    *("RUNNER_OS", "RUNNER_ARCH", "RUNNER_NAME", "RUNNER_TEMP", "RUNNER_TOOL_CACHE", "RUNNER_ENVIRONMENT"),
    *("GITHUB_SHA", "GITHUB_REF", "GITHUB_REF_NAME", "GITHUB_HEAD_REF", "GITHUB_BASE_REF", "GITHUB_RUN_ID"),
    *("GITHUB_REPOSITORY", "GITHUB_WORKSPACE", "GITHUB_ACTOR", "GITHUB_EVENT_NAME", "GITHUB_WORKFLOW"),
    *("GITHUB_RUN_NUMBER", "GITHUB_JOB", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_TOKEN"),
    *("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATA", "NODE_ENV"),
)
"""Variables that the runner or its image may set (docs.github.com, "Variables reference")."""

_PLAIN_ACTIONS = re.compile(
    r"(actions/(checkout|setup-python|setup-node|cache|cache/restore|upload-artifact|download-artifact)|"
    r"astral-sh/(setup-uv|ruff-action)|codecov/codecov-action|docker/[\w-]+-action|snok/install-poetry|"
    r"gitleaks/gitleaks-action|aquasecurity/trivy-action|github/codeql-action/\w+)@|"
    r"docker://(returntocorp|semgrep)/semgrep\b"
)
"""Actions that set no variables of applications: tool chains, caches, scanners."""

_WITHOUT_SETTINGS = frozenset(
    {"help", "version", "--version", "--help", "makemessages", "compilemessages", "startproject", "startapp"}
)
"""What ``django.core.management`` runs though the settings cannot be loaded."""

_LOADS = re.compile(r"dotenv|read_env|load_env|environ\[|environ\.update|decouple|\bsubprocess\b")
_FOR_JOB = re.compile(
    r"GITHUB_ENV|\.env\b(?!\.)|(^|\s)env\s*>|\bsettings[\w/]*\.py\b|"
    r"(^|[\s;&|])(make|just|task|inv|invoke|tox|nox|doppler|infisical)\s|"
    r"(^|[;&|]\s*)((ba|z)?sh\s+|source\s+|\.\s+)?(\./|[\w-]+/)*[\w-]+\.sh\b"
)
"""What may set variables for later steps, write the files that settings read, or change the settings."""

_FOR_STEP = re.compile(r"(^|[\s;&|])(source|\.|eval)\s+(?!\S*bin/activate)|set -a|<<")


@dataclass(frozen=True, slots=True)
class Unloadable:
    """A command that cannot load the settings, and what they raise; ``variables`` made it."""

    job: Job
    words: str
    span: Span
    failures: tuple[Failure, ...]
    variables: tuple[str, ...]
    undelivered: bool
    """Every failure is for want of a variable."""


def unloadable(repo: Repo) -> Iterator[Unloadable]:
    """Yield the management commands whose settings surely raise, in the order of the workflows."""
    for _, job in jobs(repo):
        if job.in_container:
            continue
        opaque = False
        for step in job.steps:
            if step.uses and not _PLAIN_ACTIONS.match(step.uses):
                opaque = True
            texts = [line.joined.text for line in step.lines]
            if any(_FOR_JOB.search(text) for text in texts):
                opaque = True
            if opaque or any(_FOR_STEP.search(text) for text in texts):
                continue
            if step.shell.split(" ")[0] in ("", "bash", "sh"):
                yield from _of_step(repo.project, job, step)


def _of_step(project: Project, job: Job, step: JobStep) -> Iterator[Unloadable]:
    exported: dict[str, str | None] = {}
    folder = step.folder
    for command in commands_of(step):
        texts = command.texts
        if texts[:1] == ("export",):
            for text in texts[1:]:
                name, _, value = text.partition("=")
                exported[name] = None if "\ue000" in value or "=" not in text else value
        elif texts[:1] in (("cd",), ("pushd",)):
            folder = _joined(folder, texts[1] if len(texts) == 2 else None)
        elif not texts:
            exported.update(command.assigned)
        elif folder is not None:
            found = _judged(project, job, step, command, folder, {**exported, **dict(command.assigned)})
            if found is not None:
                yield found


def _joined(folder: str | None, word: str | None) -> str | None:
    if folder is None or word is None or not re.fullmatch(r"[\w./-]+", word) or word.startswith("/"):
        return None
    found = posixpath.normpath(posixpath.join(folder, word))
    return None if found.startswith("..") else ("" if found == "." else found)


def _judged(
    project: Project,
    job: Job,
    step: JobStep,
    command: Command,
    folder: str,
    assigned: dict[str, str | None],
) -> Unloadable | None:
    from confguard.model.django import evaluate, search_roots
    from confguard.model.django.modules import find_path

    words = without_runner(command.texts)
    if not words or posixpath.basename(words[0]) != "manage.py" or len(words) < 2:
        return None
    path = _joined(folder, words[0])
    source = project.read(path) if path is not None and project.exists(path) else None
    if source is None or _LOADS.search(source.text) or {"-h", "--help"} & set(words):
        return None
    if words[1] in _WITHOUT_SETTINGS or words[1].startswith("-") or "\ue000" in words[1]:
        return None
    environment = environment_of(step, command, assigned)
    module = _option(words) or _module(environment) or default_module(source)
    roots = (posixpath.dirname(source.path), *search_roots(project, source.path))
    if module is None or find_path(project, module, roots) is None:
        return None
    settings = evaluate(
        project, module, environment, roots=tuple(dict.fromkeys(roots)), argv=("manage.py", *words[1:])
    )
    failures = tuple(one for one in settings.failures if one.variables)
    if settings.failure is None or not settings.failure.variables:
        return None
    names = tuple(dict.fromkeys(name for one in failures for name in one.variables))
    return Unloadable(
        job,
        " ".join(("manage.py", *words[1:3])),
        command.line.joined.span(command.start, command.end),
        failures,
        names,
        all(one.undelivered for one in failures),
    )


def environment_of(step: JobStep, command: Command, assigned: dict[str, str | None]) -> Environment:
    """Return the variables of a command of a step; what the runner may set is unknown."""
    values: dict[str, Known[str] | Unknown] = {name: Unknown("the runner sets it", ()) for name in _OF_RUNNER}
    values |= {name: Known(text, ()) for name, text in _RUNNER.items()}
    for name, one in step.environment.items():
        trail = (Step("env of the step", one.span),)
        values[name] = Unknown("an expression", trail) if one.text is None else Known(one.text, trail)
    span = command.line.joined.span(command.start, command.end)
    for name, text in assigned.items():
        own = (Step("set by the command", span),)
        values[name] = Unknown("cannot be read", own) if text is None else Known(text, own)
    return Environment(values)


def _option(words: tuple[str, ...]) -> str | None:
    for index, word in enumerate(words):
        if word.startswith("--settings="):
            return word.partition("=")[2]
        if word == "--settings" and index + 1 < len(words):
            return words[index + 1]
    return None


def _module(environment: Environment) -> str | None:
    given = environment.get("DJANGO_SETTINGS_MODULE")
    if isinstance(given, Unknown):
        return "?"  # no module has this name: nothing is said
    return given.value or None if given is not None else None
