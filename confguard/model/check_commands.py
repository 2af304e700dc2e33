"""Commands of people, scripts and workflows that ask a stack whether it is well, and what they can see.

curl(1) ``-f`` takes a redirect for success; with ``-L``, and wget(1), it is followed to https, where a server
of plain HTTP ends the connection (curl 8.5 exits with 35, wget 1.21 with 4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.health import Failing, Why, failing_request
from confguard.model.nginx import Request as NginxRequest
from confguard.model.nginx import route
from confguard.model.probing import Probe, Request, probe_of_words
from confguard.model.screened import Screened
from confguard.model.stacks.sightings import FORMS
from confguard.model.value import Known
from confguard.parsers.command_lines import CommandLine, Form, lines
from confguard.parsers.shell import UNKNOWN, ShellWord, commands
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.nginx import Statement
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting

_KINDS = (Kind.MAKEFILE, Kind.TASKS, Kind.SCRIPT, Kind.WORKFLOW, Kind.DOCUMENT)
_TOOLS = frozenset({"curl", "wget"})
_ASKING = Screened(re.compile(r"https?://(?:localhost|127\.0\.0\.1)\b"), ("://localhost", "://127.0.0.1"))
_LONGEST = 2000
"""Characters before and behind a command on its line that are looked at."""

_USED = re.compile(r"(?<!\|)\|(?!\|)|\|\|\s*(?:true|:)(?:\s|$)|\$\((?![A-Z_]+\))|<\(")
"""What makes of an answer more than its success: a pipe, a substitution; or less."""

_MEANT = re.compile(r"\b30[1278]\b|redirect", re.IGNORECASE)
_OWN_ENVIRONMENT = re.compile(r"GITHUB_ENV|\.env\b|(?m:^\s*env:)")
"""A job that may give the stack other values than production's."""


@dataclass(frozen=True, slots=True)
class FailingCheck:
    """A command that cannot succeed or sees nothing; ``statement`` is the redirect of nginx that it sees.

    ``documented`` says that a document tells people to run it.
    """

    found: Failing
    documented: bool
    context: str
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command that asks ``service``: ``target`` is the port of the container where it is not written."""

    probe: Probe
    service: str
    kind: Kind
    context: str
    target: int | None = None


def failing_checks(repo: Repo, deployment: Deployment) -> Iterator[FailingCheck]:
    """Yield the commands on a stack that cannot succeed, or take a redirect for success."""
    if not deployment.apps:
        return
    for one in (*_inside(repo, deployment), *_outside(repo, deployment)):
        request = one.probe.request
        if request is None or request.looks or _is_meant(one.probe.span):
            continue
        said = one.kind is Kind.DOCUMENT
        own = request if one.target is None else replace(request, port=one.target)
        for found in failing_request(deployment, one.service, one.probe, own):
            if found.why is not Why.ONLY_REDIRECT or request.fails_on_error:
                yield FailingCheck(found, said, one.context)
        statement = _nginx_redirect(deployment, one.service, own)
        if statement is not None and request.fails_on_error and not request.follows:
            yield FailingCheck(
                Failing(one.service, one.probe, Why.ONLY_REDIRECT), said, one.context, statement
            )


def _is_meant(span: Span) -> bool:
    """Say whether the lines around a command speak of redirects: it looks for one."""
    first, last = max(span.line - 2, 1), min(span.line + 2, span.file.line_count)
    near = (span.file.line_text(number)[:_LONGEST] for number in range(first, last + 1))
    return any(_MEANT.search(text) for text in near)


def _inside(repo: Repo, deployment: Deployment) -> Iterator[_Asked]:
    """Yield the commands that ask from within a container: ``docker compose exec web curl ...``."""
    kinds = {file.path: file.kind for file in repo.files if not file.inactive}
    for sighting in repo.sightings:
        one = sighting.invocation
        if one is None or one.spoken or one.subcommand != "exec" or not one.services:
            continue
        kind = kinds.get(one.span.path)
        service = deployment.services.get(one.services[0])
        if kind not in _KINDS or service is None or sighting.files != deployment.stack.files:
            continue
        words = list(one.words)
        words = words[words.index(service.name) + 1 :] if service.name in words else []
        probe = _probe(words, one.span)
        if probe is None or probe.request is None or (kind is Kind.WORKFLOW and _sets_values(repo, one.span)):
            continue
        asked = service.name if probe.request.is_local else _named(deployment, probe.request.host)
        if asked is not None:
            yield _Asked(probe, asked, kind, one.context)


def _named(deployment: Deployment, host: str) -> str | None:
    found = [name for name, service in deployment.services.items() if host in service.names_in("")]
    return found[0] if len(found) == 1 else None


def _probe(words: Sequence[str], place: Span) -> Probe | None:
    """Return a command as a probe, if nothing but its success counts; ``place`` is all that runs it."""
    if not words or words[0] not in _TOOLS or any(UNKNOWN in word for word in words):
        return None
    line = place.file.line_text(place.line)
    column = place.start - place.file.offset(place.line)
    before, behind = line[max(column - _LONGEST, 0) : column], line[column : column + _LONGEST]
    if "$(" in before or _USED.search(behind):
        return None
    begin = max(place.first_line().text.rfind(words[0]), 0)
    return probe_of_words(words, place.file.span(place.start + begin, place.first_line().end))


def _outside(repo: Repo, deployment: Deployment) -> Iterator[_Asked]:
    """Yield the commands that ask a published port, in blocks that run this stack and no other.

    With them those that ask from within a container of a fixed name which only production has.
    """
    for file in repo.files:
        if file.kind not in _KINDS or file.inactive or file.aside == "tests":
            continue
        source = repo.project.read(file.path)
        form = FORMS[file.kind]
        asking = _asking(source, form) if source is not None else ()
        if not asking:
            continue
        nearby = [
            one
            for one in repo.sightings
            if one.invocation is not None and not one.invocation.spoken and one.step.span is not None
            if one.invocation.span.path == file.path
        ]
        for line in asking:
            around = [one for one in nearby if _is_together(one, line, form)]
            if any(one.files != deployment.stack.files for one in around):
                continue
            if file.kind is Kind.WORKFLOW and _sets_values(repo, line.joined.span(0, 1)):
                continue
            for words in commands(line.joined.text, {}):
                if [word.text for word in words[:2]] == ["docker", "exec"]:
                    yield from _by_container(repo, deployment, words, line, file.kind)
                elif around:
                    yield from _on_host(deployment, words, line, file.kind)


def _asking(source: SourceFile, form: Form) -> tuple[CommandLine, ...]:
    """Return the commands of a file that ask this machine."""
    if not _ASKING.is_in(source.text):
        return ()
    return source.once(
        ("asking", form),
        lambda: tuple(
            line
            for line in lines(source, form)
            if not (line.spoken or line.prose or line.variable) and _ASKING.is_in(line.joined.text)
        ),
    )


def _is_together(one: Sighting, line: CommandLine, form: Form) -> bool:
    """Say whether a Compose command and a line belong together: the file of a script, or the same heading."""
    assert one.invocation is not None
    if form is Form.SCRIPT:
        return True
    context = one.invocation.context
    if form is Form.WORKFLOW:
        return context.partition(" / ")[0] == line.context.partition(" / ")[0]
    return context == line.context


def _on_host(
    deployment: Deployment, words: list[ShellWord], line: CommandLine, kind: Kind
) -> Iterator[_Asked]:
    start = next((index for index, word in enumerate(words) if word.text in _TOOLS), None)
    if start is None or any(word.text not in ("if", "!", "until", "while", "sudo") for word in words[:start]):
        return
    span = line.joined.span(words[start].start, words[-1].end)
    probe = _probe([word.text for word in words[start:]], span)
    if probe is None or probe.request is None or not probe.request.is_local:
        return
    found = [
        (name, int(port.target.value))
        for name, service in deployment.services.items()
        for port in service.ports
        if port.protocol == "tcp" and isinstance(port.published, Known)
        if port.published.value == str(probe.request.port)
        if isinstance(port.target, Known) and port.target.value.isdigit()
    ]
    if len(found) == 1:
        yield _Asked(probe, found[0][0], kind, line.context, found[0][1])


def _by_container(
    repo: Repo, deployment: Deployment, words: list[ShellWord], line: CommandLine, kind: Kind
) -> Iterator[_Asked]:
    """Yield what ``docker exec NAME curl ...`` asks, if every stack with that container is production's."""
    start = next((index for index, word in enumerate(words) if word.text in _TOOLS), 0)
    name = words[start - 1].text if start > 2 else ""
    if not name or any(not word.text.startswith("-") for word in words[2 : start - 1]):
        return
    if any(_container(one, name) for one in repo.deployments if one not in repo.production):
        return
    service = _container(deployment, name)
    span = line.joined.span(words[start].start, words[-1].end)
    probe = _probe([word.text for word in words[start:]], span) if service else None
    if service and probe is not None and probe.request is not None and probe.request.is_local:
        yield _Asked(probe, service, kind, line.context)


def _container(deployment: Deployment, name: str) -> str:
    """Return the service whose container has a fixed name, or ``""``."""
    found = (
        one.name
        for one in deployment.services.values()
        if isinstance(one.container_name, Known) and one.container_name.value == name
    )
    return next(found, "")


def _sets_values(repo: Repo, span: Span) -> bool:
    """Say whether the job that a place is in may give the stack values of its own."""
    from confguard.model.workflows.jobs import jobs, text_of

    return any(
        workflow.source.path == span.path
        and job.span.start <= span.start < job.span.end
        and _OWN_ENVIRONMENT.search(text_of(job)) is not None
        for workflow, job in jobs(repo)
    )


def _nginx_redirect(deployment: Deployment, service: str, request: Request) -> Statement | None:
    """Return what redirects a request for a page to https in the nginx of a service."""
    model = next((one for one in deployment.proxies if one.service == service), None)
    if model is None or request.scheme != "http" or request.path == "/":
        return None
    host = request.headers.get("host", request.host)
    way = route(model, NginxRequest(request.path, host, "http", request.port, headers=request.headers))
    if way.unknown or way.targets or not isinstance(way.status, Known) or not 300 <= way.status.value < 400:
        return None
    target = way.redirect
    return way.statement if isinstance(target, Known) and target.value.startswith("https://") else None
