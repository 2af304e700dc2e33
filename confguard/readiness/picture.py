"""The picture of a stack as inline SVG: columns from the clients to the data, and where findings are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from confguard.finding import Finding, Severity
from confguard.reporters.text import clean, width
from confguard.show.graph import CLIENTS, COLUMNS, Edge, Graph, Node
from confguard.words import plural

_BOX, _HIGH, _GAP, _BETWEEN, _TOP = 196, 74, 26, 116, 44
"""Width and height of a box, the gaps between boxes and between columns, the head (SVG units)."""

_SAME = re.compile(r"\b(\S+) to \1$")
_LETTERS = 24
"""Letters of a name that fit into a box; the whole name is in the tooltip."""

NETWORK_COLOURS = 6
"""How many colours of networks the style sheet has; a stack with more uses them again."""


@dataclass(frozen=True, slots=True)
class _Spot:
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + _HIGH // 2


def picture(graph: Graph, marked: Mapping[str, Sequence[tuple[str, Finding]]]) -> str:
    """Return the SVG of a graph; ``marked`` has for a service its findings, each with its link."""
    used = [index for index in range(len(COLUMNS)) if any(node.column == index for node in graph.nodes)]
    has_clients = any(edge.source == CLIENTS for edge in graph.edges)
    columns = {index: position for position, index in enumerate(used, start=1 if has_clients else 0)}
    spots: dict[str, _Spot] = {}
    rows: dict[int, int] = {}
    for node in graph.nodes:
        row = rows.get(node.column, 0)
        rows[node.column] = row + 1
        spots[node.name] = _Spot(_x(columns[node.column]), _TOP + row * (_HIGH + _GAP))
    most = max(rows.values(), default=1)
    high = _TOP + most * (_HIGH + _GAP)
    spots[CLIENTS] = _Spot(_x(0), _TOP)
    wide = _x(len(used) if has_clients else max(len(used) - 1, 0)) + _BOX + 100
    parts = [
        f'<svg class="picture" viewBox="0 0 {wide} {high}" role="img" width="{wide}" height="{high}" '
        f'aria-label="{_text(f"{len(graph.nodes)} services of {graph.stack}")}">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>',
    ]
    parts += [_head(COLUMNS[index][0], columns[index]) for index in used]
    drawn = [_edge(edge, spots) for edge in graph.edges]
    parts += [line for line, _ in drawn]
    parts += [label for _, label in drawn if label]  # above every line
    if has_clients:
        parts.append(_clients(spots[CLIENTS]))
    networks = {name: index % NETWORK_COLOURS for index, name in enumerate(graph.networks)}
    parts += [_node(node, spots[node.name], networks, marked.get(node.name, ())) for node in graph.nodes]
    return "\n".join([*parts, "</svg>"])


def legend(graph: Graph) -> str:
    """Return the networks with their colours, as a list in HTML."""
    items = (
        f'<li><span class="dot net{index % NETWORK_COLOURS}"></span>{_text(name)}</li>'
        for index, name in enumerate(graph.networks)
    )
    return f'<ul class="legend" aria-label="networks">{"".join(items)}</ul>' if graph.networks else ""


def _x(column: int) -> int:
    return 12 + column * (_BOX + _BETWEEN)


def _head(title: str, column: int) -> str:
    return f'<text class="head" x="{_x(column) + _BOX // 2}" y="24">{_text(title)}</text>'


def _clients(spot: _Spot) -> str:
    x, y = spot.x + _BOX // 2, spot.middle + 5
    return (
        f'<g class="node outside"><rect x="{spot.x}" y="{spot.y}" width="{_BOX}" height="{_HIGH}" rx="36"/>'
        f'<text class="name" x="{x}" y="{y}" text-anchor="middle">clients</text></g>'
    )


def _node(
    node: Node, spot: _Spot, networks: Mapping[str, int], findings: Sequence[tuple[str, Finding]]
) -> str:
    about = [node.role.value, *(f"runs {node.image}" for _ in [0] if node.image)]
    about += [f"published: {port}" for port in node.ports]
    tip = "\n".join([node.name, *about, *(f"network {name}" for name in node.networks)])
    y = spot.y + _HIGH - 14
    dots = "".join(
        f'<circle class="net{networks[name]}" cx="{spot.x + 16 + 14 * index}" cy="{y}" r="5">'
        f"<title>{_text(name)}</title></circle>"
        for index, name in enumerate(node.networks[:8])
    )
    return (
        f'<g class="node" data-service="{_text(node.name)}"><title>{_text(tip)}</title>'
        f'<rect x="{spot.x}" y="{spot.y}" width="{_BOX}" height="{_HIGH}" rx="8"/>'
        f'<text class="name" x="{spot.x + 12}" y="{spot.y + 24}">{_short(node.name)}</text>'
        f'<text class="role" x="{spot.x + 12}" y="{spot.y + 43}">{_short(node.role.value)}</text>'
        f"{_ports(node, spot)}{dots}{_badge(spot, findings)}</g>"
    )


def _ports(node: Node, spot: _Spot) -> str:
    """Return the published ports in the box's lower right corner."""
    if not node.ports:
        return ""
    x, y = spot.x + _BOX - 10, spot.y + _HIGH - 10
    said = _short(", ".join(_SAME.sub(r"\1", port) for port in node.ports), 20)
    return f'<text class="ports" x="{x}" y="{y}" text-anchor="end">{said}</text>'


def _badge(spot: _Spot, findings: Sequence[tuple[str, Finding]]) -> str:
    if not findings:
        return ""
    worst = max((finding.severity or Severity.ERROR for _, finding in findings), default=Severity.INFO)
    link = next(link for link, finding in findings if (finding.severity or Severity.ERROR) is worst)
    words = plural(len(findings), "finding")
    return (
        f'<a href="#{_text(link)}" class="badge {worst.label}" aria-label="{_text(words)}">'
        f'<circle cx="{spot.x + _BOX - 6}" cy="{spot.y + 6}" r="14"/>'
        f'<text x="{spot.x + _BOX - 6}" y="{spot.y + 11}" text-anchor="middle">{len(findings)}</text>'
        f"<title>{_text(words)}</title></a>"
    )


def _edge(edge: Edge, spots: Mapping[str, _Spot]) -> tuple[str, str]:
    """Return the line of an edge, and its label."""
    start, end = spots[edge.source], spots[edge.target]
    weak = " weak" if edge.kind == "starts after" else ""
    broken = "" if edge.works else " broken"
    if start.x < end.x:
        x1, x2 = start.x + _BOX, end.x
        bend = max((x2 - x1) // 2, 40)
        path = f"M{x1} {start.middle}C{x1 + bend} {start.middle} {x2 - bend} {end.middle} {x2} {end.middle}"
        at = (x1 + x2) // 2, (start.middle + end.middle) // 2 - 6
    else:  # backwards, or inside of a column: around the right side
        x1, x2 = start.x + _BOX, end.x + _BOX
        bend = max(x1, x2) + 56
        path = f"M{x1} {start.middle}C{bend} {start.middle} {bend} {end.middle} {x2} {end.middle}"
        at = bend - 20, (start.middle + end.middle) // 2
    whole = f"{edge.source or 'clients'} {edge.kind} {edge.target}" + (f": {edge.text}" if edge.text else "")
    whole += "" if edge.works else ", but they share no network"
    said = "no shared network" if not edge.works else edge.text if edge.kind == "proxies" else ""
    label = f'<text x="{at[0]}" y="{at[1]}" text-anchor="middle">{_short(said, 18)}</text>' if said else ""
    line = (
        f'<g class="edge{weak}{broken}"><title>{_text(whole)}</title>'
        f'<path d="{path}" marker-end="url(#arrow)"/></g>'
    )
    return line, f'<g class="edge{weak}{broken}">{label}</g>' if label else ""


def _short(text: str, letters: int = _LETTERS) -> str:
    shown = clean(text)
    while width(shown) > letters:
        shown = shown[:-2].rstrip("…") + "…"
    return escape(shown)


def _text(text: str) -> str:
    return escape("\n".join(clean(line) for line in text.split("\n")))
