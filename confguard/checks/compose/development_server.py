"""Production runs servers that are made for production."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, softened
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.development_servers import development_server
from confguard.model.listening import Program, programs
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service whose container surely starts a server for development."""
    for deployment in meant_for_production(repo):
        for name in deployment.services:
            found = _first(deployment, name)
            if found is not None:
                yield _finding(deployment, name, *found)


def _first(deployment: Deployment, service: str) -> tuple[Program, str] | None:
    process = deployment.processes[service]
    for program in programs(deployment, service):
        words = development_server(program, process) if program.sure and program.whole else None
        if words is not None:
            return program, words
    return None


def _finding(deployment: Deployment, service: str, program: Program, words: str) -> Finding:
    one = deployment.services[service]
    where = program.place(words.split()[-1]) or deployment.processes[service].span or one.span
    assert where is not None
    related = [Label(span, f"service {service}") for span in one.spans[:1] if span.path != where.path]
    return Finding(
        f"service {service} runs `{words}`, a server for development",
        Label(where.first_line(), "for a developer's machine"),
        tuple(related),
        help="run the application with gunicorn, uvicorn or daphne without reloading; build a front end and "
        "serve the files that the build makes",
        stacks=(deployment.name,),
        address=(service,),
        severity=softened(deployment),
    )
