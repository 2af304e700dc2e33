from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from confguard.model.nginx import Server, certificates, ciphers, protocols
from confguard.model.value import Known, Unknown
from tests.model.nginx.test_conformance import load
from tests.model.nginx.test_effective import whole

CASE = Path(__file__).parents[3] / "fixtures/conformance/nginx/tls-protocols"


@pytest.mark.parametrize("recorded", sorted(CASE.glob("answers-*.json")), ids=lambda path: path.stem)
def test_clients_get_the_newest_protocol_of_their_server(recorded: Path) -> None:
    said = json.loads(recorded.read_text())
    model = load(CASE, said["nginx"])
    by_name: dict[str, Server] = {server.names[0].text: server for server in model.servers}
    seen = 0
    for asked, answer in zip(json.loads((CASE / "requests.json").read_text()), said["answers"], strict=True):
        spoken = protocols(model, by_name[asked["host"]])
        assert isinstance(spoken, Known)
        for name, value in answer["headers"]:
            if name == "X-Protocol":
                seen += 1
                assert spoken.value[-1] == value, asked
    assert seen == 5


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ((1, 22, 1), "TLSv1 TLSv1.1 TLSv1.2"),
        ((1, 23, 4), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"),
        ((1, 27, 2), "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"),
        ((1, 27, 3), "TLSv1.2 TLSv1.3"),
    ],
)
def test_the_default_protocols_depend_on_the_version(version: tuple[int, ...], names: str) -> None:
    model = replace(whole("server { listen 443 ssl; }"), version=Known(version))
    spoken = protocols(model, model.servers[0])
    assert isinstance(spoken, Known) and " ".join(spoken.value) == names


def test_without_a_version_the_default_is_not_guessed() -> None:
    model = whole("server { listen 443 ssl; }")
    assert isinstance(protocols(model, model.servers[0]), Unknown)


def test_ciphers_and_certificates_are_inherited() -> None:
    model = whole("ssl_certificate a.pem; server { listen 443 ssl; } server { ssl_ciphers HIGH; }")
    first, second = model.servers
    assert [one.first for one in certificates(first.level) or ()] == ["a.pem"]  # type: ignore[union-attr]
    assert ciphers(first.level).value == "HIGH:!aNULL:!MD5"  # type: ignore[union-attr]
    assert ciphers(second.level).value == "HIGH"  # type: ignore[union-attr]
