"""Configurations that were made to do harm are bounded and reported."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.nginx import Request, route, stock
from confguard.model.nginx.container import model_of_tree
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import NginxModel
from confguard.model.value import Known
from confguard.show.choose import Proxy
from confguard.show.nginx import page
from confguard.source import decode

LIMIT = 20.0
"""Seconds of the processor, so that a busy machine takes no longer."""


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < LIMIT


def model(files: Mapping[str, str | bytes]) -> NginxModel:
    tree = FileTree(Project(Path("/nowhere"), Listing((), "walk")), stock.official())
    for name, content in files.items():
        source, _ = decode(name, content.encode() if isinstance(content, str) else content)
        tree.put(f"/etc/nginx/{name}", Loaded(name, source))
    return model_of_tree(tree, "/etc/nginx/nginx.conf")


def messages(found: NginxModel) -> str:
    return "\n".join(problem.message for problem in found.problems)


def test_a_file_that_includes_itself_is_reported() -> None:
    found = model({"nginx.conf": "events {} http { include a.conf; }", "a.conf": "include a.conf;"})
    assert "which includes it again" in messages(found)


def test_a_cycle_of_includes_is_reported_at_each_place() -> None:
    files = {f"c{n}.conf": f"include c{(n + 1) % 20}.conf;\n" for n in range(20)}
    found = model({"nginx.conf": "events {} http { include c*.conf; }", **files})
    assert "which includes it again" in messages(found)


def test_a_glob_of_ten_thousand_files_is_read() -> None:
    files = {
        f"conf.d/{n:05}.conf": f"server {{ listen 80; server_name s{n}.example; }}" for n in range(10_000)
    }
    found = model(files)
    assert len(found.servers) == 10_001
    way = route(found, Request(host="s9999.example"))
    assert way.server is not None
    assert way.server.names[0].text == "s9999.example"


def test_includes_that_multiply_are_cut_off_and_reported() -> None:
    files = {f"l{n}.conf": f"include l{n + 1}.conf;\n" * 20 for n in range(8)}
    files["l8.conf"] = "add_header X y;\n" * 20
    found = model({"nginx.conf": "events {} http { include l0.conf; }", **files})
    assert "includes multiply" in messages(found)


def test_arguments_of_a_megabyte_are_read_and_shown_cut() -> None:
    long = "x" * 1_000_000
    found = model(
        {
            "conf.d/a.conf": f'server {{ server_name {long}; location /{long} {{ return 200 "{long}"; }}\n'
            f"add_header X {long}; }}\nmap $uri $m {{ {long} {long}; ~{long} 1; }}"
        }
    )
    assert route(found, Request(target="/" + long)).status is not None
    assert max(map(len, page(Proxy(found)).splitlines())) < 10_000


@pytest.mark.parametrize(
    "content",
    [b"\0\1\2\xff" * 1000, b"\xff\xfe\0\0server", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"\xc3(" * 100],
)
def test_binary_files_are_no_servers(content: bytes) -> None:
    found = model({"conf.d/binary.conf": content, "conf.d/good.conf": "server { listen 81; }"})
    assert [listen.port for server in found.servers for listen in server.listens if listen.port == 81] == [81]


@pytest.mark.parametrize(
    "text",
    ["{" * 5000, "}" * 5000, "server {" * 500, "location / {" * 2000, "a;" * 50_000, '"' * 9999, "\\" * 9999,
     "$" * 9999, "if (" * 3000, "map $a $b {" * 300],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_nonsense_is_reported(text: str) -> None:
    assert model({"conf.d/a.conf": text}).problems


def test_maps_that_ask_each_other_come_to_an_end() -> None:
    maps = "".join(f"map $m{n + 1} $m{n} {{ default $m{(n + 1) % 50}; }}\n" for n in range(50))
    found = model({"conf.d/a.conf": maps + "server { listen 81; return 200 $m0; add_header X $m0; }"})
    assert route(found, Request(port=81)).status is not None


def test_an_expression_that_takes_for_ever_is_not_tried() -> None:
    found = model({"conf.d/a.conf": "server { listen 81; location ~ ^/(a+)+$ { return 204; } }"})
    assert route(found, Request(target="/" + "a" * 60 + "!", port=81)).unknown


def test_redirects_that_go_round_end_with_500() -> None:
    text = "server { listen 81; location / { rewrite ^ /x last; } error_page 500 /y; }"
    assert route(model({"conf.d/a.conf": text}), Request(port=81)).status == Known(500)
