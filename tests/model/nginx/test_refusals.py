"""What ``nginx -t`` refuses is reported near its place, and what it accepts is not."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.nginx import stock
from confguard.model.nginx.container import model_of_tree
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.value import Known
from confguard.source import Problem, SourceFile
from tests.nginx_mutations import broken, valid

RECORDED = Path(__file__).parents[3] / "fixtures/conformance/nginx-test.json"
SAID: dict[str, dict[str, Any]] = {item["name"]: item for item in json.loads(RECORDED.read_text())}
CASES = {name: text for name, text in (*broken(), *valid()) if name in SAID}


def problems(text: str) -> tuple[Problem, ...]:
    """Return what is refused of a text as nginx.conf of the official image."""
    tree = FileTree(Project(Path("/nowhere"), Listing((), "walk")), stock.official())
    for name, content in (("nginx.conf", text), ("users", "a:b\n")):
        tree.put(f"/etc/nginx/{name}", Loaded(name, SourceFile(name, content)))
    return model_of_tree(tree, "/etc/nginx/nginx.conf", version=Known((1, 30, 6))).problems


@pytest.mark.parametrize("name", [name for name in CASES if not SAID[name]["ok"]])
def test_what_nginx_refuses_is_reported_within_two_lines(name: str) -> None:
    found, line = problems(CASES[name]), SAID[name]["line"]
    assert found, SAID[name]["says"]
    places = [problem.span.line for problem in found]
    if "zone" in SAID[name]["says"] and "is unknown" in SAID[name]["says"]:
        line = None  # nginx tells the end of the block, we the directive
    assert line is None or any(abs(place - line) <= 2 for place in places), (line, places)


@pytest.mark.parametrize("name", [name for name in CASES if SAID[name]["ok"]])
def test_what_nginx_accepts_is_not_reported(name: str) -> None:
    assert [f"{problem.span.line}: {problem.message}" for problem in problems(CASES[name])] == []


def test_enough_is_recorded_and_the_texts_are_those_that_were_judged() -> None:
    assert sum(not SAID[name]["ok"] for name in CASES) >= 100
    assert sum(SAID[name]["ok"] for name in CASES) >= 100
    changed = [name for name, text in CASES.items() if zlib.crc32(text.encode()) != SAID[name]["crc"]]
    assert not changed
