"""A stack as a picture: services by role, the ports they publish, who talks to whom, and the networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from confguard.model.deployment import Deployment
from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import upstream_targets
from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Value
from confguard.reporters.text import clean
from confguard.show.page import BOLD, DIM, Row, Style, joined_lines, place_of, rows_text
from confguard.source import Span

CLIENTS = ""
"""The source of an edge that begins outside of the stack."""

COLUMNS: tuple[tuple[str, frozenset[ServiceRole]], ...] = (
    ("proxy", frozenset([ServiceRole.PROXY])),
    ("applications", frozenset([ServiceRole.APP, ServiceRole.FRONTEND])),
    (
        "behind them",
        frozenset([
            ServiceRole.WORKER, ServiceRole.BEAT, ServiceRole.MIGRATION, ServiceRole.OTHER, ServiceRole.MAIL,
        ]),
    ),
    ("data", frozenset([ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER])),
)  # fmt: skip
"""The columns of the picture, from the clients' side to the data."""


@dataclass(frozen=True, slots=True)
class Node:
    """A service: ``image`` is what it runs or is built from, ``ports`` are as they are published."""

    name: str
    role: ServiceRole
    image: str
    networks: tuple[str, ...]
    ports: tuple[str, ...]
    span: Span | None

    @property
    def column(self) -> int:
        """The number of its column in the picture, from 0."""
        return next(index for index, (_, roles) in enumerate(COLUMNS) if self.role in roles)


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` asks ``target``: requests of clients or of a proxy, connections, or only the start order.

    ``kind`` is ``publishes``, ``proxies``, ``connects`` or ``starts after``. ``works`` is False where no
    network leads there.
    """

    source: str
    target: str
    kind: str
    text: str = ""
    works: bool = True


@dataclass(frozen=True, slots=True)
class Graph:
    """A stack's picture as data."""

    stack: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    networks: tuple[str, ...]


def graph_of(deployment: Deployment) -> Graph:
    """Return the picture of a deployment: every running service is in it."""
    nodes = tuple(_node(deployment, name) for name in deployment.services)
    strong = list(dict.fromkeys((*_published(nodes), *_proxied(deployment), *_connections(deployment))))
    joined = {(edge.source, edge.target) for edge in strong}
    started = [edge for edge in _started(deployment) if (edge.source, edge.target) not in joined]
    networks = tuple(dict.fromkeys(name for node in nodes for name in node.networks))
    return Graph(deployment.name, nodes, (*strong, *dict.fromkeys(started)), networks)


def _node(deployment: Deployment, name: str) -> Node:
    service = deployment.services[name]
    process = deployment.processes[name]
    image = _text(service.image) or (process.build.dockerfile_path if process.build else "") or ""
    return Node(
        name,
        deployment.roles[name].role,
        image,
        tuple(attachment.network for attachment in service.networks),
        tuple(_port(port.published, port.target, port.host_ip) for port in service.ports),
        service.span,
    )


def _port(published: Value[str] | None, target: Value[str], address: Value[str] | None) -> str:
    host = _text(published) if published is not None else "any"
    where = _text(address) if address is not None else ""
    return f"{where + ':' if where else ''}{host or '?'} to {_text(target) or '?'}"


def _published(nodes: Iterable[Node]) -> Iterator[Edge]:
    for node in nodes:
        if node.ports:
            yield Edge(CLIENTS, node.name, "publishes", ", ".join(node.ports))


def _proxied(deployment: Deployment) -> Iterator[Edge]:
    for model in deployment.proxies:
        proxy = deployment.services.get(model.service)
        for target in upstream_targets(model) if proxy is not None else ():
            if proxy is None or not isinstance(target.host, Known):
                continue
            found = reach(deployment, proxy, target.host.value)
            if found.service is not None and found.service.name != proxy.name:
                port = str(target.port.value) if isinstance(target.port, Known) else ""
                works = found.kind is Reach.SERVICE
                yield Edge(proxy.name, found.service.name, "proxies", port, works)


def _connections(deployment: Deployment) -> Iterator[Edge]:
    for endpoint in endpoints(deployment):
        for name in endpoint.services:
            if name not in deployment.services:
                continue
            found = reached(deployment, endpoint, name)
            if found.service is not None and found.service.name != name:
                works = found.kind is Reach.SERVICE
                yield Edge(name, found.service.name, "connects", endpoint.kind, works)


def _started(deployment: Deployment) -> Iterator[Edge]:
    for service in deployment.services.values():
        for dependency in service.depends_on:
            if dependency.service in deployment.services:
                yield Edge(service.name, dependency.service, "starts after", "")


def _text(value: Value[str] | None) -> str:
    return value.value if isinstance(value, Known) else ""


def facts(graph: Graph) -> dict[str, Any]:
    """Return the picture as plain data, for JSON."""
    return {
        "stack": clean(graph.stack),
        "networks": [clean(name) for name in graph.networks],
        "services": [
            {
                "name": clean(node.name),
                "role": node.role.value,
                "image": clean(node.image) or None,
                "networks": [clean(name) for name in node.networks],
                "ports": list(map(clean, node.ports)),
                "place": place_of(node.span),
            }
            for node in graph.nodes
        ],
        "edges": [
            {
                "from": clean(edge.source) or None,
                "to": clean(edge.target),
                "kind": edge.kind,
                "text": clean(edge.text),
                "works": edge.works,
            }
            for edge in graph.edges
        ],
    }


def page(graph: Graph, style: Style) -> str:
    """Return the picture as text: the services of each column, each with those that it talks to."""
    lines = [style.paint(clean(graph.stack), BOLD)]
    for index, (title, _) in enumerate(COLUMNS):
        nodes = [node for node in graph.nodes if node.column == index]
        if nodes:
            lines += ["", style.paint(title, DIM)]
        for node in nodes:
            about = ", ".join(filter(None, (node.role.value, clean(node.image))))
            networks = clean(", ".join(node.networks)) or "no network"
            lines.append(f"  {style.paint(clean(node.name), BOLD)}  {about}  ({networks})")
            rows = [Row("published", clean(", ".join(node.ports)))] if node.ports else []
            rows += [_arrow(edge) for edge in graph.edges if edge.source == node.name]
            lines += rows_text(rows, style, indent=4)
    return joined_lines(lines)


def _arrow(edge: Edge) -> Row:
    text = f"→ {clean(edge.target)}" + (f" ({clean(edge.text)})" if edge.text else "")
    return Row(edge.kind, text if edge.works else f"{text}, but they share no network")


def mermaid(graph: Graph) -> str:
    """Return the picture as a Mermaid flow chart (mermaid.js.org, "Flowcharts"), with names made harmless."""
    number = {node.name: f"s{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR", '  clients(["clients"])']
    for node in graph.nodes:
        ends = ("[(", ")]") if node.column == len(COLUMNS) - 1 else ("[", "]")
        label = f"{_quoted(node.name)}<br/>{_quoted(node.role.value)}"
        lines.append(f'  {number[node.name]}{ends[0]}"{label}"{ends[1]}')
    for edge in graph.edges:
        source = number.get(edge.source, "clients")
        line = "-.->" if edge.kind == "starts after" or not edge.works else "-->"
        text = edge.text if edge.works else f"{edge.text} no shared network".strip()
        label = f'|"{_quoted(text)}"|' if text else ""
        lines.append(f"  {source} {line}{label} {number[edge.target]}")
    return joined_lines(lines)


def _quoted(text: str) -> str:
    """Return a text for a quoted label: what is not a plain character becomes an entity code of Mermaid."""
    return "".join(char if char.isalnum() or char in " -_./:," else f"#{ord(char)};" for char in clean(text))
