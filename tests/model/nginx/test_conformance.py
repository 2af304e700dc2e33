from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.nginx import stock
from confguard.model.nginx.answer import dropped_headers, sent
from confguard.model.nginx.container import model_of_tree
from confguard.model.nginx.proxying import upstream_headers, upstream_path
from confguard.model.nginx.route import Route, route
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import NginxModel
from confguard.model.nginx.uri import Request
from confguard.model.value import Known, Unknown

KEPT_FROM_UPSTREAM = {"set-cookie", "content-disposition", "cache-control", "expires", "accept-ranges"}
"""What stays of an answer that redirects within nginx."""
NOT_KEPT = {"content-type", "date", "last-modified", "etag", "server", "content-length", "connection"}
"""Headers that nginx writes by itself too: the recorded answers leave them out."""

PASSED = {"accept-ranges", "www-authenticate", "allow", "transfer-encoding", "vary"}
"""Headers that modules write about the body or the way it is sent."""

CASES = Path(__file__).parents[3] / "fixtures/conformance/nginx"
RECORDED = sorted(CASES.glob("*/answers-*.json"))


def load(case: Path, version: str) -> NginxModel:
    paths = tuple(
        sorted(str(path.relative_to(case)) for path in (case / "conf").rglob("*") if path.is_file())
    )
    tree = FileTree(Project(case, Listing(paths, "walk")), stock.official())
    tree.put_project_path("conf", "/etc/nginx")
    number = tuple(int(part) for part in version.split("."))
    return model_of_tree(tree, "/etc/nginx/nginx.conf", version=Known(number))


def request_of(said: dict[str, Any], files: list[str]) -> Request:
    scheme = said.get("scheme", "http")
    port = said.get("port", 443 if scheme == "https" else 80)
    size = said.get("body_size", 0)
    method = said.get("method", "POST" if size else "GET")
    host = said.get("host", "localhost")
    if host and port not in (80, 443):
        host = f"{host}:{port}"

    def exists(path: str) -> bool:
        return path in files or (path.endswith("/") and any(file.startswith(path) for file in files))

    headers = said.get("headers", {})
    return Request(
        said["path"],
        host,
        scheme,
        port,
        method,
        headers,
        size or None,
        client=said.get("client_ip", "192.0.2.1"),
        exists=exists,
        upstream_status=said.get("backend", {}).get("status", 200),
        upstream_headers=tuple((name, value) for name, value in said.get("backend", {}).get("headers", [])),
    )


def locations(way: Route) -> list[str]:
    """Name the locations as nginx's debug log does."""
    found = list(way.locations)
    for count, inner in reversed(way.subrequests):
        found[count:count] = inner
    return [
        "" if item is None else f"={item.pattern}" if item.modifier == "=" else item.pattern
        for item in found
        if item is None or not item.is_named
    ]


def differences(model: NginxModel, way: Route, answer: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    found = []
    if not way.unknown and locations(way) != answer["locations"]:
        found.append(f"locations {locations(way)}, nginx {answer['locations']}")
    if isinstance(way.status, Known) and way.status.value != (answer["status"] or 444):
        found.append(f"status {way.status.value}, nginx {answer['status']}")
    hit = answer["upstreams"][-1] if answer["upstreams"] else None
    if not way.unknown and bool(way.targets or way.through) != bool(hit):
        found.append(f"passed on: {bool(way.targets)}, nginx {bool(hit)}")
    if way.targets and hit:
        target = way.targets[0]
        if isinstance(target.host, Known) and isinstance(target.port, Known):
            where = f"{target.host.value}:{target.port.value}"
            if where != hit["upstream"]:
                found.append(f"upstream {where}, nginx {hit['upstream']}")
        path = upstream_path(way)
        if isinstance(path, Known) and hit["path"] is not None and path.value != hit["path"]:
            found.append(f"upstream path {path.value}, nginx {hit['path']}")
        if hit["protocol"] == "http":
            sent = {name.lower(): value for name, value in hit["headers"]}
            for name, value in upstream_headers(model, way).items():
                if isinstance(value, Known) and value.value != sent.get(name, ""):
                    found.append(f"{name}: {value.value!r}, nginx {sent.get(name)!r}")
    return found + header_differences(way, answer, asked)


def header_differences(way: Route, answer: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """Compare the headers that nginx writes with those recorded, and those of the upstream that pass."""
    if way.unknown or way.state is None or answer["status"] is None:
        return []
    wanted = []
    varying = set(NOT_KEPT)  # of these only the presence or nothing can be told
    recorded = {name.lower() for name, _ in answer["headers"]}
    missing = []
    for header in sent(way, answer["status"]):
        if header.name.lower() in NOT_KEPT:
            continue
        if isinstance(header.value, Unknown):
            varying.add(header.name.lower())
            if header.name == "Expires" and "expires" not in recorded:
                missing.append("Expires")
        else:
            wanted.append([header.name, header.value.value])
    hidden = dropped_headers(way, answer["status"])
    if way.headers.missing or hidden is None:
        return []
    of_backend = asked.get("backend", {}).get("headers", [])
    if way.through and not way.targets:
        wanted += [pair for pair in of_backend if pair[0].lower() in KEPT_FROM_UPSTREAM]
    elif way.targets:
        wanted += [pair for pair in of_backend if pair[0].lower() not in hidden | varying | PASSED]
    own = [pair for pair in answer["headers"] if pair[0].lower() not in varying | PASSED]
    wanted = [pair for pair in wanted if pair[0].lower() not in varying]
    if missing or sorted(wanted) != sorted(own):
        return [f"headers {wanted} {missing}, nginx {own}"]
    return []


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem[8:]}")
def test_requests_go_the_way_that_nginx_sends_them(recorded: Path) -> None:
    case, said = recorded.parent, json.loads(recorded.read_text())
    requests = json.loads((case / "requests.json").read_text())
    model = load(case, said["nginx"])
    assert not model.problems
    wrong = []
    for asked, answer in zip(requests, said["answers"], strict=True):
        way = route(model, request_of(asked, said["files"]))
        wrong += [f"{asked}: {difference}" for difference in differences(model, way, answer, asked)]
    assert not wrong, "\n".join(wrong)


def test_hardly_any_request_is_left_unknown() -> None:
    total = unknown = 0
    for recorded in RECORDED:
        said = json.loads(recorded.read_text())
        model = load(recorded.parent, said["nginx"])
        for asked in json.loads((recorded.parent / "requests.json").read_text()):
            total += 1
            unknown += bool(route(model, request_of(asked, said["files"])).unknown)
    assert total >= 250
    assert unknown <= total * 0.03
