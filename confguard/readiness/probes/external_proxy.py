"""There is a stack for a proxy on the host: no proxy in it, the applications published on chosen ports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.model.deployment import Deployment
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, place

_APPLICATIONS = (ServiceRole.APP, ServiceRole.FRONTEND)
_NAMES = re.compile(r"expose|external|host|outer|reverse[-_]?proxy|behind", re.IGNORECASE)
_NOT = re.compile(r"no[-_]host", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(external|outer|existing|own|separate|host(['\u2019]s|-level)?)\s+(\w+\s+){0,2}"
    r"(reverse[- ]proxy|proxy|nginx|traefik|caddy|haproxy)\b"
    r"|\b(proxy|nginx|traefik|caddy) (on|of) the host\b",
    re.IGNORECASE,
)
"""How documents speak of a proxy that is not of the stack."""


def look(subject: Subject, ports: bool = True) -> Outcome:
    """Look for an overlay that publishes the applications; with ``ports`` at how it publishes them.

    A stack without a proxy that joins a network from outside of it is made for the proxy there. A repository
    in which no stack leaves its proxy out has no such mode: nothing can be told of it, unless documents
    speak of a proxy outside, and none of what it would pass requests to can be reached.
    """
    bare = list(_modes(subject))
    if not bare:
        joined = [label for one in subject.repo.production for label in _joined(one)]
        if joined:
            return passed("the applications join the network of a proxy outside of the stack", joined)
        told = _told(subject) if not ports and not any(map(_is_open, subject.repo.production)) else None
        if told is not None:
            text = (
                "documents speak of a proxy outside of the stack, and no stack lets it reach the applications"
            )
            return failed(text, [told])
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


def _joined(deployment: Deployment) -> Iterator[Label | None]:
    """Yield where applications join a network that is not the stack's own, in a stack without a proxy."""
    if _has_proxy(deployment):
        return
    outside = {name for name, network in deployment.compose.networks.items() if network.external}
    for name, found in deployment.roles.items():
        for attachment in deployment.services[name].networks:
            if found.role in _APPLICATIONS and attachment.network in outside:
                yield place(attachment.span, f"{name} joins {attachment.network}")


def _is_open(deployment: Deployment) -> bool:
    """Say whether a proxy outside may reach anything of a stack without its proxies that have profiles."""
    stores = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER, ServiceRole.MAIL)
    outside = {name for name, network in deployment.compose.networks.items() if network.external}
    for name, found in deployment.roles.items():
        service = deployment.services[name]
        if found.role in stores or (found.role is ServiceRole.PROXY and service.profiles):
            continue
        if service.ports or any(one.network in outside for one in service.networks):
            return True
        if service.network_mode is not None:
            return True
    return not any(found.role in _APPLICATIONS for found in deployment.roles.values())


def _told(subject: Subject) -> Label | None:
    for path in subject.repo.paths(Kind.DOCUMENT):
        source = subject.repo.project.read(path)
        match = _TOLD.search(source.text) if source is not None else None
        if source is not None and match is not None:
            return Label(source.span(*match.span()).first_line(), "speaks of a proxy outside")
    return None


def _has_proxy(deployment: Deployment) -> bool:
    return any(found.role is ServiceRole.PROXY for found in deployment.roles.values())


def _publishes(deployment: Deployment) -> bool:
    return any(
        found.role in _APPLICATIONS and deployment.services[name].ports
        for name, found in deployment.roles.items()
    )
