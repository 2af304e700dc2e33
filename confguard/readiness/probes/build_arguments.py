"""Build arguments of the front end reach the build: the Dockerfile declares each that Compose passes."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place


def look(subject: Subject, pattern: str) -> Outcome:
    """Look at the arguments whose name matches a pattern, in every build of the stack."""
    wanted = re.compile(pattern)
    good: list[Label | None] = []
    for name, service in subject.deployment.services.items():
        if service.build is None:
            continue
        chosen = {key: value for key, value in service.build.args.items() if wanted.search(key)}
        if not chosen:
            continue
        path = service.build.dockerfile_path
        source = subject.repo.project.read(path) if path else None
        if source is None:
            return cannot_tell(f"the Dockerfile of {name} could not be read", [place(service.build.span)])
        for key, value in chosen.items():
            span = value.span if isinstance(value, Known) else None
            if not re.search(rf"^\s*ARG\s+(?:.*\s)?{re.escape(key)}\b", source.text, re.MULTILINE):
                return failed(f"{path} does not declare {key}", [place(span or service.build.span, key)])
            good.append(place(span or service.build.span, key))
    if not good:
        return cannot_tell("no build of the stack passes such an argument")
    return passed("every argument is declared", good)
