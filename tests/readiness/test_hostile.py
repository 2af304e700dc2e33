"""Names of a repository that look like markup, table cells or commands to a terminal are text everywhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from confguard.readiness import assess, facts, html, markdown, text
from confguard.readiness.plan import load_plan
from confguard.show.graph import graph_of, mermaid

SERVICE = "<img src=x onerror=alert(1)>\"'&`|]}end"
TERMINAL = "\x1b[31mred\u202e"
FOLDER = "d<b>|`x`[l](javascript:alert(1))"
COMPOSE = {
    "services": {
        "web": {"image": f"acme/web:{SERVICE}", "networks": [SERVICE], "ports": ["8000"]},
        "db": {"image": "postgres:17", "ports": ["5432:5432"], "container_name": TERMINAL},
        SERVICE: {"image": "redis", "ports": ["6379:6379"], "depends_on": ["web"]},
        TERMINAL: {"image": "redis:latest", "ports": ["6380:6379"]},
    },
    "networks": {SERVICE: None},
}


@pytest.fixture
def answered(subject_of):
    """Return the assessment and subject of a hostile repository, in which much fails."""
    page = "-----BEGIN PRIVATE KEY-----\n"
    files = {"compose.prod.yaml": json.dumps(COMPOSE), f"{FOLDER}/a.key": page}
    subject = subject_of(files)
    assert subject.deployment.services and subject.findings
    return assess(load_plan(), subject), subject


def test_the_markdown_has_cells_and_no_markup_of_theirs(answered):
    page = markdown.render(answered[0])
    assert "alert" in page and "<img" not in page and "<b>" not in page and "](javascript:" not in page
    for line in page.splitlines():
        if line.startswith("| P"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, line


def test_the_text_and_the_json_hold_no_commands_to_a_terminal(answered):
    assessment, _ = answered
    for page in (text.render(assessment), json.dumps(facts.facts(assessment), ensure_ascii=False)):
        assert "\x1b" not in page and "\u202e" not in page
        assert "postgres" in page.lower()


def test_the_json_is_the_same_rows_as_plain_data(answered):
    data = json.loads(json.dumps(facts.facts(answered[0])))
    rows = [row["id"] for phase in data["phases"] for row in phase["rows"]]
    assert rows == [row.id for row in load_plan().rows]


def test_the_html_shows_them_as_text(answered):
    page = html.render(*answered)
    assert "onerror" in page and "javascript:" in page
    assert "<img" not in page and "<b>|" not in page and "\u202e" not in page and "\x1b" not in page


def test_the_chart_quotes_them(answered):
    graph = graph_of(answered[1].deployment)
    names = {node.name: f"{node.name} {SERVICE} {TERMINAL}" for node in graph.nodes}
    nodes = tuple(replace(node, name=names[node.name]) for node in graph.nodes)
    edges = tuple(
        replace(edge, source=names.get(edge.source, ""), target=names[edge.target], text=SERVICE)
        for edge in graph.edges
    )
    chart = mermaid(replace(graph, nodes=nodes, edges=edges))
    assert "onerror" in chart
    assert "<img" not in chart and "\x1b" not in chart and "\u202e" not in chart
    for line in chart.splitlines():
        assert line.count('"') % 2 == 0, line
