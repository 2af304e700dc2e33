"""A template of the production environment is in the repository, and the stack's env files come from it."""

from __future__ import annotations

from confguard.readiness.outcome import Outcome, Subject, failed, passed
from confguard.readiness.probes._common import beginning, templates


def look(subject: Subject) -> Outcome:
    """Look for the committed files that feed the stack, or stand in for what only the host has."""
    found = [parsed.source for parsed in templates(subject)]
    if not found:
        return failed("no env template in the repository feeds the stack")
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
