"""There is a stack for a proxy on the host: no proxy in it, the applications published on chosen ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.model.deployment import Deployment
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import beginning, place

_APPLICATIONS = (ServiceRole.APP, ServiceRole.FRONTEND)
_NAMES = re.compile(r"expose|external|host|outer|reverse[-_]?proxy|behind", re.IGNORECASE)
_NOT = re.compile(r"no[-_]host", re.IGNORECASE)


def look(subject: Subject, ports: bool = True) -> Outcome:
    """Look for an overlay that publishes the applications; with ``ports`` at how it publishes them.

    A repository in which no stack leaves its proxy out has no such mode: nothing can be told of it.
    """
    bare = list(_modes(subject))
    if not bare:
        return cannot_tell("no stack of the repository is made for a proxy on the host")
    if not ports:
        sources = [subject.repo.project.read(one.stack.files[-1]) for one in bare]
        return passed(
            "there is a stack for a proxy on the host",
            [beginning(source, "publishes the applications") for source in sources if source is not None],
        )
    good, bad = [], []
    for deployment in bare:
        for name, found in deployment.roles.items():
            if found.role not in _APPLICATIONS:
                continue
            for port in deployment.services[name].ports:
                label = place(port.span, f"{name} in {deployment.name}")
                text = port.span.text if port.span else ""
                if port.published is None or (isinstance(port.published, Known) and not port.published.value):
                    bad.append((f"{name} is published on whatever port is free, too", label))
                elif "${" in text:
                    good.append(label)
                else:
                    bad.append((f"the port of {name} is fixed", label))
    if bad:
        return failed("; ".join(dict.fromkeys(text for text, _ in bad)), [label for _, label in bad])
    return passed("the applications are published on configurable ports", good)


def _modes(subject: Subject) -> Iterator[Deployment]:
    """Yield the stacks without a proxy that publish an application, of a base that has a proxy elsewhere."""
    for one in subject.repo.production:
        if _has_proxy(one) or len(one.stack.files) < 2 or not _publishes(one):
            continue
        last = one.stack.files[-1]
        beside = any(
            _has_proxy(other) and other.stack.files[0] == one.stack.files[0]
            for other in subject.repo.production
        )
        if beside and _NAMES.search(last) and not _NOT.search(last):
            yield one


def _has_proxy(deployment: Deployment) -> bool:
    return any(found.role is ServiceRole.PROXY for found in deployment.roles.values())


def _publishes(deployment: Deployment) -> bool:
    return any(
        found.role in _APPLICATIONS and deployment.services[name].ports
        for name, found in deployment.roles.items()
    )
