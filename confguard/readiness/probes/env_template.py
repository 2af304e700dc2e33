"""A template of the production environment is in the repository, and the stack's env files come from it."""

from __future__ import annotations

import re

from confguard.model.stacks import Role
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, interpolated, templates


def look(subject: Subject, own: bool = False) -> Outcome:
    """Look for the committed files that feed the stack, or stand in for what only the host has.

    With ``own`` they have to be production's: what a stack for development reads, too, is not told.
    """
    found = [parsed.source for parsed in templates(subject)]
    if not found and not _asks(subject):
        return cannot_tell("the stack reads no env file and no variable of the operator")
    if not found:
        return failed("no env template in the repository feeds the stack")
    both = [source for source in found if own and _is_shared(subject, source.path)]
    if both:
        return cannot_tell(
            "development is given the same template", [beginning(one, "is read") for one in both]
        )
    stand_ins = {template: path for path, template in subject.deployment.stack.stand_ins.items()}
    return passed(
        "a template feeds the stack",
        [
            beginning(
                source, f"stands in for {stand_ins[source.path]}" if source.path in stand_ins else "is read"
            )
            for source in found
        ],
    )


def _asks(subject: Subject) -> bool:
    """Say whether the stack wants anything from its operator."""
    services = subject.deployment.compose.services.values()
    return any(one.env_files for one in services) or bool(interpolated(subject))


def _is_shared(subject: Subject, path: str) -> bool:
    """Say whether a template that is not named after production feeds a stack for development, too."""
    return re.search(r"prod|deploy|live", path, re.IGNORECASE) is None and any(
        path in (*other.stack.stand_ins.values(), *(source.read for source in other.compose.env_sources))
        for other in subject.repo.deployments
        if other.stack.role is Role.DEVELOPMENT
    )
