from __future__ import annotations

from pathlib import Path

from confguard.model.nginx import targets_of
from confguard.model.value import Known
from tests.model.nginx.test_container import model_of, servers

COMPOSE = """\
services:
  nginx:
    image: nginx:1.30
    configs:
      - source: site
        target: /etc/nginx/conf.d/default.conf
configs:
  site:
    content: |
      server {
          server_name inline;
          location / { proxy_set_header Host $$host; proxy_pass http://${APP:-web}:8000; }
          location /b { return 204; }
      }
"""


def test_a_config_written_in_the_compose_file_is_a_file_of_the_container(tmp_path: Path) -> None:
    model = model_of(tmp_path, COMPOSE, {})
    assert servers(model) == ["server inline"]
    assert model is not None
    first = model.servers[0].locations[0]
    (target,) = targets_of(model, first.level)
    assert isinstance(target.host, Known) and target.host.value == "web"
    assert first.level.named("proxy_set_header")[0].texts == ("Host", "$host")
    assert model.files == ("compose.yaml",)


def test_its_places_are_lines_of_the_compose_file(tmp_path: Path) -> None:
    model = model_of(tmp_path, COMPOSE, {})
    assert model is not None
    first, second = model.servers[0].locations
    assert (first.span.path, first.span.line, second.span.line) == ("compose.yaml", 12, 13)
    assert COMPOSE[second.span.start : second.span.end] == "location /b"


def test_a_quoted_content_is_read_too(tmp_path: Path) -> None:
    compose = COMPOSE.partition("    content:")[0] + '    content: "server { server_name quoted; }"\n'
    assert servers(model_of(tmp_path, compose, {})) == ["server quoted"]


def test_content_with_a_variable_that_nobody_knows_is_unknown(tmp_path: Path) -> None:
    model = model_of(tmp_path, COMPOSE.replace("${APP:-web}", "${APP:?needed}"), {})
    assert model is not None
    assert model.servers == ()
    assert [lost.reason for lost in model.missing] == ["the required variable APP is not set"]
