"""No password stands in the command line of a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.credentials import uses_in
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.secret_names import is_secret
from confguard.source import Span
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the services of a stack whose command lines hold passwords."""
    for deployment in repo.production:
        found = [
            (service.name, name, span)
            for service in deployment.services.values()
            for name, span in _passwords(deployment, service)
        ]
        if not found:
            continue
        names = list(dict.fromkeys(service for service, _, _ in found))
        variables = list(dict.fromkeys(name for _, name, _ in found))
        yield Finding(
            f"{joined(variables)} {'stands' if len(variables) == 1 else 'stand'} in the command line of "
            f"{joined(names)}: whoever inspects the container or lists processes reads it",
            Label(found[0][2].first_line(), "is a part of the command line"),
            tuple(Label(span.first_line(), f"of {service}") for service, _, span in found[1:5]),
            help="hand it over in a file or an environment variable: a secret that the start script reads, "
            "`REDISCLI_AUTH`, `PGPASSWORD`",
            stacks=(deployment.name,),
            address=(*names, *variables),
        )


def _passwords(deployment: Deployment, service: Service) -> Iterator[tuple[str, Span]]:
    """Yield the variables with secrets that Compose puts into the words of an entrypoint or command."""
    for text in (service.entrypoint_text or service.entrypoint, service.command_text or service.command):
        # What the operator sets is not known, and yet it stands there.
        spans = [step.span for step in text.trail if step.span is not None] if text is not None else []
        for span in spans[:1]:
            for use in uses_in(deployment, span):
                if use.span is not None and is_secret(use.name) and not _is_own_variable(span, use.span):
                    yield use.name, use.span


def _is_own_variable(whole: Span, use: Span) -> bool:
    """Say whether a shell of the command assigns it: ``PGPASSWORD=... psql`` is in the environment."""
    before = whole.file.text[max(whole.start, use.start - 80) : use.start]
    return re.search(r"(?:^|[\s;&|'\"])[A-Z_][A-Z0-9_]*=['\"]?\Z", before) is not None
