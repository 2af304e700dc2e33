"""Words and labels about who reaches whom. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.compose import Service
from confguard.model.endpoint_texts import Endpoint
from confguard.model.listening import Listener, Listening
from confguard.model.value import Origin
from confguard.source import Span
from confguard.words import joined


def networks_of(service: Service) -> Iterator[Label]:
    """Yield the place where a service joins its networks, or the service where it joins none by itself."""
    names = ", ".join(attachment.network for attachment in service.networks) or "no network"
    places: list[Span] = [attachment.span for attachment in service.networks if attachment.span]
    place = service.span if not places else places[0]
    if place is not None:
        yield Label(place.first_line(), f"{service.name} is on {names}")


def listens(service: Service, found: Listening) -> Iterator[Label]:
    """Yield the places that say what a service listens on, else the service itself."""
    shown: set[tuple[str, int]] = set()
    for one in found.listeners:
        if one.span is not None and (one.span.path, one.span.line) not in shown:
            shown.add((one.span.path, one.span.line))
            yield Label(one.span, f"{service.name} listens on {address(one)}")
    if not shown and service.spans:
        ports = ports_of(found)
        yield Label(service.spans[-1], f"{service.name} listens on {ports}")


def address(listener: Listener) -> str:
    """Return a listener's port, with its address where it is not all of them."""
    return f"{listener.address}:{listener.port}" if listener.address else f"port {listener.port}"


def ports_of(found: Listening) -> str:
    """Return ``port 80``, ``ports 80 and 443`` or ``no port``: those that are surely open, if any is."""
    sure = sorted({one.port for one in found.listeners if one.sure}) or list(found.ports)
    if not sure:
        return "no port"
    words = [str(port) for port in sure]
    return f"{'port' if len(words) == 1 else 'ports'} {joined(words)}"


def from_proposal(endpoint: Endpoint) -> bool:
    """Say whether an operator writes the endpoint's host: a template only proposes it."""
    steps = [step for step in endpoint.value.trail if endpoint.host and step.span]
    return any(
        step.origin is Origin.TEMPLATE and step.span is not None and endpoint.host in step.span.text
        for step in steps
    )
