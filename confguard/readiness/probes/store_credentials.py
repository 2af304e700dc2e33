"""The passwords of the stack's datastores have no default and are no well-known texts."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Origin
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import place

_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER)
_PASSWORD = re.compile(r"PASSWORD$|PASSWD$|_PASS$|ROOT_PASSWORD$|SECRET_KEY$")
_DEFAULT = re.compile(r"\$\{\w*(?:PASSWORD|PASSWD|PASS|SECRET)\w*:?-[^}$]+\}")


def look(subject: Subject) -> Outcome:
    """Look at the environment and the command of each datastore, and at defaults in the Compose files."""
    bad: list[Label | None] = []
    good: list[Label | None] = []
    for path in subject.deployment.stack.files:
        source = subject.repo.project.read(path)
        for match in _DEFAULT.finditer(source.text) if source is not None else ():
            if source is not None and "#" not in source.line_text(source.span(match.start()).line)[:1]:
                bad.append(Label(source.span(*match.span()), "a default for a password"))
    for name, found in subject.deployment.roles.items():
        if found.role not in _STORES:
            continue
        environment = subject.deployment.compose.container_environment(name)
        for key, value in environment.values.items():
            if not _PASSWORD.search(key) or not isinstance(value, Known) or not value.value:
                continue
            label = place(value.span, f"{key} of {name}")
            templated = any(step.origin is Origin.TEMPLATE for step in value.trail)
            (good if templated else bad).append(label)
    if bad:
        places = list(dict.fromkeys(bad))
        return failed("a password of a datastore is in the repository", places)
    if not good:
        return cannot_tell("no datastore of the stack has a password that is known")
    return passed("the passwords come from the operator", good)
