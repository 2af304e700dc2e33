"""Every image that the stack builds is built from a stage for production that exists."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_DEVELOPMENT = re.compile(
    r"(^|[-_.])(dev|develop|development|local|debug|test|testing)([-_.]|$)", re.IGNORECASE
)


def look(subject: Subject) -> Outcome:
    """Look at ``build.target`` and the Dockerfile's name of each service that runs."""
    good: list[Label | None] = []
    for name, service in subject.deployment.services.items():
        build = service.build
        if build is None:
            continue
        target = build.target.value if isinstance(build.target, Known) else ""
        file = (build.dockerfile_path or "").rpartition("/")[2]
        if _DEVELOPMENT.search(target) or _DEVELOPMENT.search(file):
            what = f"stage {target}" if _DEVELOPMENT.search(target) else file
            return failed(f"{name} is built from {what}", [place(build.span, f"the build of {name}")])
        if build.target is not None and not isinstance(build.target, Known):
            return cannot_tell(f"the build target of {name} is not known", [place(build.span)])
        if subject.deployment.processes[name].image is None:
            return cannot_tell(f"the Dockerfile of {name} could not be read", [place(build.span)])
        good.append(place(build.target.span if build.target else build.span, f"{name}: {target or file}"))
    if not good:
        return cannot_tell("the stack builds no image")
    return passed("every build is for production", good)
