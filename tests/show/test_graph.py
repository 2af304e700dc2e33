"""``confguard graph``: who publishes what, who talks to whom, over which networks."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main

FILES = {
    "compose.prod.yaml": "services:\n"
    "  proxy:\n    image: nginx:1.29.3\n    ports: ['80:80']\n    networks: [front]\n    depends_on: [web]\n"
    "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    "  web:\n    image: acme/web:1.0\n    command: gunicorn shop.wsgi -b :8000\n    networks: [front, back]\n"
    "    environment: {REDIS_URL: 'redis://cache:6379/0', DATABASE_URL: 'postgres://u:p@db:5432/shop'}\n"
    "  cache:\n    image: redis:7.4\n    networks: [back]\n"
    "  db:\n    image: postgres:17.6\n    networks: [apart]\n"
    "networks: {front: {}, back: {}, apart: {}}\n",
    "nginx.conf": "server {\n    listen 80;\n    location / { proxy_pass http://web:8000; }\n}\n",
}


@pytest.fixture
def graph(repository):
    root = repository(FILES)

    def call(*arguments, code=0):
        done = CliRunner().invoke(main, ["graph", "--project", str(root), *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_the_json_has_services_with_role_and_edges_with_kind(graph):
    data = json.loads(graph("--format", "json"))
    assert {one["name"]: one["role"] for one in data["services"]} == {
        "proxy": "proxy",
        "web": "application",
        "cache": "cache",
        "db": "datastore",
    }
    edges = {(one["from"], one["to"]): (one["kind"], one["works"]) for one in data["edges"]}
    assert edges == {
        (None, "proxy"): ("publishes", True),
        ("proxy", "web"): ("proxies", True),
        ("web", "cache"): ("connects", True),
        ("web", "db"): ("connects", False),
    }
    assert data["networks"] == ["front", "back", "apart"]


def test_the_text_says_where_no_network_leads(graph):
    lines = graph().splitlines()
    assert any("→ db (postgresql), but they share no network" in line for line in lines)
    assert any("published" in line and "80 to 80" in line for line in lines)


def test_mermaid_shows_every_edge(graph):
    chart = graph("--format", "mermaid")
    assert chart.startswith("flowchart LR")
    assert 'clients -->|"80 to 80"| s0' in chart
    assert 's1 -.->|"postgresql no shared network"| s3' in chart


def test_mermaid_quotes_every_name(repository):
    files = {
        "compose.yaml": json.dumps({"services": {"a": {"image": "x", "ports": ['1"]; click s0 "js:1']}}})
    }
    command = ["graph", "--format", "mermaid", "--project", str(repository(files))]
    for line in CliRunner().invoke(main, command).output.splitlines():
        assert line.count('"') in (0, 2)
        assert not line.strip().startswith("click")


def test_a_stack_that_does_not_exist_is_a_usage_error(graph):
    assert "no stack is named" in graph("--stack", "none", code=2)
