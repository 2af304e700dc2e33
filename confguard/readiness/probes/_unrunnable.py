"""Why a workflow's step surely cannot run: its stack gets no password, or its service is not started."""

from __future__ import annotations

import posixpath
import re

from confguard.readiness.outcome import Subject
from confguard.readiness.probes._steps import Step

_COMPOSE = r"docker(?:-|\s+)compose\b(?P<options>[^\n|;&]*?)"
_UP = re.compile(rf"{_COMPOSE}\s(?P<verb>up|run)\b(?P<rest>[^\n|;&]*)")
_EXEC = re.compile(rf"{_COMPOSE}\sexec\s+(?:-\S+\s+)*(?P<service>[\w-]+)")
_FILE = re.compile(r"(?:-f|--file)[ =]?(\S+)")
_COPY = re.compile(r"^\s*(?:-?\s*run:\s*)?cp\s+(?P<source>\S+)\s+(?:\./)?\.env\s*$", re.MULTILINE)
_ADDED = re.compile(r"(\w+)=[^\n]*>>\s*\.env\b")
_PASSWORD = re.compile(r"POSTGRES_PASSWORD\s*[:=]\s*[\"']?\$\{?POSTGRES_PASSWORD(?:\}|\b(?![:?}-]))")
_DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def why_not(subject: Subject, step: Step) -> str:
    """Return why a step cannot run, or nothing where it may."""
    text = step.source.text
    before = text[: step.source.offset(step.line) + len(step.text)]
    started = list(_UP.finditer(before))
    if started and _lacks_password(subject, text, started[0]):
        return "the database of its stack gets no password, and does not start"
    wanted = _EXEC.search(step.text)
    if wanted is not None and started and not _is_started(subject, wanted["service"], started):
        return f"service {wanted['service']} is not started before it"
    return ""


def _lacks_password(subject: Subject, text: str, started: re.Match[str]) -> bool:
    """Say whether PostgreSQL, whose image refuses that, gets no password from the env file made here."""
    from confguard.parsers.env import parse

    copy = _COPY.search(text[: started.start()])
    if (
        copy is None
        or "POSTGRES_PASSWORD" in _ADDED.findall(text)
        or re.search(r"^\s*POSTGRES_PASSWORD:", text, re.M)
    ):
        return False
    template = subject.repo.project.parsed(parse, copy["source"].removeprefix("./"))
    if template is None or any(
        one.key == "POSTGRES_PASSWORD" and not one.commented and one.value for one in template.entries
    ):
        return False
    named = _FILE.findall(started["options"])
    files = named or [path for path in _DEFAULTS if subject.repo.project.read(path) is not None][:1]
    for name in files:
        source = subject.repo.project.read(posixpath.normpath(name))
        if source is not None and _PASSWORD.search(source.text):
            return "host_auth_method" not in source.text.lower()
    return False


def _is_started(subject: Subject, service: str, started: list[re.Match[str]]) -> bool:
    names: set[str] = set()
    for one in started:
        words = [word for word in one["rest"].split() if not word.startswith("-")]
        if one["verb"] == "up" and not words:
            return True
        names.update(words)
    if service in names:
        return True
    for deployment in subject.repo.deployments:
        services = deployment.compose.services
        waiting, seen = [name for name in names if name in services], set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            waiting += [
                one.service
                for one in services[name].depends_on
                if one.service in services and one.service not in seen
            ]
        if service in seen:
            return True
    return not any(service in one.compose.services for one in subject.repo.deployments)
