"""Workflows of GitHub Actions to jobs and steps with what each runs, where and under which environment.

Source: "Workflow syntax for GitHub Actions", docs.github.com (``jobs.<id>.services``, ``env``, ``defaults``,
``continue-on-error``). Expressions (``${{ ... }}``) are not evaluated: what holds one is not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.yaml_tree import Mapping as YamlMapping
from confguard.parsers.yaml_tree import Node, Scalar, parse_stream
from confguard.parsers.yaml_tree import Sequence as YamlSequence
from confguard.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an ``env``; ``text`` is None where an expression makes it."""

    text: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class JobService:
    """A service container of a job: ``ports`` are those of the container that the runner can reach."""

    name: str
    image: str | None
    ports: tuple[str, ...] | None
    """None where they cannot be known."""
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``environment`` holds the variables of the workflow and of the job too.

    ``lines`` are the lines of ``run``; ``folder`` is where they run, None where that is not known;
    ``forgiven`` is the place that says that the step may fail; ``shell`` is ``""`` where none is named.
    """

    name: str
    identity: str
    uses: str
    lines: tuple[CommandLine, ...]
    environment: Mapping[str, Variable]
    folder: str | None
    shell: str
    forgiven: Span | None
    inputs: YamlMapping | None
    span: Span


@dataclass(frozen=True, slots=True)
class Job:
    """One job; ``in_container`` says that its steps run in a container and not on the runner."""

    name: str
    in_container: bool
    services: tuple[JobService, ...]
    services_known: bool
    steps: tuple[Step, ...]
    forgiven: Span | None
    span: Span


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow file; files that are none have no jobs."""

    source: SourceFile
    jobs: tuple[Job, ...] = ()


def parse(source: SourceFile) -> Workflow:
    """Return the jobs of a workflow, in their order; what is malformed is left out."""
    documents = parse_stream(source).documents
    top = documents[0] if documents else None
    jobs = top.get("jobs") if isinstance(top, YamlMapping) else None
    if not isinstance(top, YamlMapping) or not isinstance(jobs, YamlMapping):
        return Workflow(source)
    every = tuple(line for line in lines(source, Form.WORKFLOW) if not line.variable)
    shared = _environment(top)
    defaults = _defaults(top, ("", ""))
    return Workflow(
        source,
        tuple(
            _job(entry.key.text, entry.value, every, shared, defaults)
            for entry in jobs.entries
            if isinstance(entry.value, YamlMapping)
        ),
    )


def _job(
    name: str,
    job: YamlMapping,
    every: tuple[CommandLine, ...],
    shared: Mapping[str, Variable],
    defaults: tuple[str | None, str],
) -> Job:
    steps = job.get("steps")
    services = job.get("services")
    environment = {**shared, **_environment(job)}
    own = _defaults(job, defaults)
    return Job(
        name,
        job.get("container") is not None,
        tuple(_services(services)),
        services is None or isinstance(services, YamlMapping),
        tuple(
            _step(item, every, environment, own)
            for item in (steps.items if isinstance(steps, YamlSequence) else ())
            if isinstance(item, YamlMapping)
        ),
        _forgiven(job),
        job.span,
    )


def _step(
    step: YamlMapping,
    every: tuple[CommandLine, ...],
    environment: Mapping[str, Variable],
    defaults: tuple[str | None, str],
) -> Step:
    run = step.get("run")
    own: tuple[CommandLine, ...] = ()
    if isinstance(run, Scalar):
        own = tuple(line for line in every if run.start <= line.joined.place(0) < run.end)
    inputs = step.get("with")
    folder, shell = _placed(step, defaults)
    return Step(
        _text(step.get("name")) or "",
        _text(step.get("id")) or "",
        _text(step.get("uses")) or "",
        own,
        {**environment, **_environment(step)},
        folder,
        shell,
        _forgiven(step),
        inputs if isinstance(inputs, YamlMapping) else None,
        step.span,
    )


def _environment(holder: YamlMapping) -> dict[str, Variable]:
    env = holder.get("env")
    if not isinstance(env, YamlMapping):
        return {}
    return {
        entry.key.text: Variable(
            entry.value.text if isinstance(entry.value, Scalar) and "${{" not in entry.value.text else None,
            _variable_span(entry.key, entry.value),
        )
        for entry in env.entries
    }


def _variable_span(key: Scalar, value: Node) -> Span:
    """Return where a variable stands: its value, or its key where the value is empty."""
    return value.span if value.end > value.start else key.span


def _defaults(holder: YamlMapping, outer: tuple[str | None, str]) -> tuple[str | None, str]:
    defaults = holder.get("defaults")
    run = defaults.get("run") if isinstance(defaults, YamlMapping) else None
    return _placed(run, outer) if isinstance(run, YamlMapping) else outer


def _placed(holder: YamlMapping, outer: tuple[str | None, str]) -> tuple[str | None, str]:
    """Return the folder and the shell of a step, or of defaults."""
    folder, shell = outer
    own = holder.get("working-directory")
    if own is not None:
        text = _text(own)
        folder = None
        if text is not None and "$" not in text and not text.startswith(("/", "~")):
            folder = posixpath.normpath(text)
            folder = "" if folder == "." else folder
    return folder, _text(holder.get("shell")) or shell


def _services(node: Node | None) -> list[JobService]:
    found: list[JobService] = []
    for entry in node.entries if isinstance(node, YamlMapping) else ():
        if not isinstance(entry.value, YamlMapping):
            continue
        image = _text(entry.value.get("image"))
        ports = entry.value.get("ports")
        known: tuple[str, ...] | None = ()
        if isinstance(ports, YamlSequence) and all(isinstance(item, Scalar) for item in ports.items):
            known = tuple(item.text for item in ports.items if isinstance(item, Scalar))
        elif ports is not None:
            known = None
        options = _text(entry.value.get("options")) or ""
        if re.search(r"(^|\s)(-p|--publish|--net|--network|-P)\b", options) or "${{" in options:
            known = None
        if known is not None and any("${{" in port for port in known):
            known = None
        found.append(
            JobService(entry.key.text, image if image and "${{" not in image else None, known, entry.key.span)
        )
    return found


def _forgiven(holder: YamlMapping) -> Span | None:
    entry = holder.entry("continue-on-error")
    if entry is None or not isinstance(entry.value, Scalar) or entry.value.text.lower() != "true":
        return None
    return Span(entry.key.source, entry.key.start, entry.value.end)


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None
