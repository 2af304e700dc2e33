"""``confguard show compose``: the merged model as docker compose prints it."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from confguard.cli import main
from confguard.show.yaml_text import yaml_text

FILES = {
    "compose.yaml": "services:\n  web:\n    image: app:${TAG}\n    restart: 'no'\n"
    "    environment:\n      SECRET_KEY: dj4ngo-s3cret\n      CACHE: redis://:hunter22@cache/0\n"
    "      MODE: ${MODE:-dev}\n      PRICE: 5$$\n    command: serve --token tok3n-value -v\n"
    "  debug:\n    image: x\n    profiles: [debug]\n",
    "compose.prod.yaml": "services:\n  web:\n    restart: always\n",
    "prod.env": "TAG=1.2\n",
    "Makefile": "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml --env-file prod.env up -d\n",
}


@pytest.fixture
def show(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def call(*arguments, code=0):
        done = CliRunner().invoke(main, ["show", "compose", "--project", str(tmp_path), *arguments])
        assert done.exit_code == code, done.output
        return done

    return call


def test_the_stack_of_the_repository_is_shown_in_the_shape_of_docker_compose(show):
    model = json.loads(show().stdout)
    web = model["services"]["web"]
    assert list(model["services"]) == ["web"]
    assert (web["image"], web["restart"]) == ("app:1.2", "always")
    assert web["networks"] == {"default": None}
    assert web["environment"]["PRICE"] == "5$$"


def test_files_profiles_and_env_files_can_be_given(show, tmp_path):
    named = [
        "-f",
        str(tmp_path / "compose.yaml"),
        "--profile",
        "debug",
        "--env-file",
        str(tmp_path / "prod.env"),
    ]
    services = json.loads(show(*named).stdout)["services"]
    assert sorted(services) == ["debug", "web"]
    assert (services["web"]["restart"], services["web"]["image"]) == ("no", "app:1.2")


def test_yaml_holds_the_same_as_json(show):
    assert yaml.safe_load(show("--format", "yaml").stdout) == json.loads(show().stdout)


def test_secrets_are_masked_unless_they_are_asked_for(show):
    masked, shown = show().stdout, show("--reveal").stdout
    for secret in ("dj4ngo-s3cret", "hunter22", "tok3n-value"):
        assert secret not in masked
        assert secret in shown
    web = json.loads(masked)["services"]["web"]
    assert web["environment"]["CACHE"] == "redis://:•••@cache/0"
    assert web["command"] == ["serve", "--token", "•••", "-v"]


def test_what_is_not_known_is_shown_as_unknown_with_the_reason(show, tmp_path):
    done = show("-f", str(tmp_path / "compose.yaml"))
    assert json.loads(done.stdout)["services"]["web"]["image"] == (
        "app:<unknown: TAG may be set: .env is not in the repository>"
    )


def test_the_trail_names_every_place_and_what_was_overridden(show):
    trail = json.loads(show("--trail").stdout)["x-trail"]
    assert trail["services.web.restart"] == ["compose.prod.yaml:3:14", "overrides compose.yaml:4:5"]
    assert trail["services.web.image"] == ["compose.yaml:3:12", "prod.env:1:5 TAG in prod.env"]
    assert trail["services.web.environment.MODE"] == [
        "compose.yaml:8:13",
        "compose.yaml:8:13 default, because nothing sets MODE",
    ]


def test_what_docker_compose_refuses_is_said_and_the_rest_is_shown(show, tmp_path):
    (tmp_path / "broken.yaml").write_text("services:\n  web:\n    image: x\n    port: [1]\n")
    done = show("-f", str(tmp_path / "broken.yaml"), code=1)
    assert done.stderr.startswith("broken.yaml:4:5: this file has services.web.port")
    assert json.loads(done.stdout)["services"]["web"]["image"] == "x"


def test_unknown_stacks_and_files_are_errors(show):
    assert "there is no stack 'none'" in show("--stack", "none", code=2).stderr
    assert "there is no file" in show("-f", "none.yaml", code=2).stderr


def test_nothing_in_the_output_talks_to_the_terminal(show, tmp_path):
    (tmp_path / "hostile.yaml").write_text('services:\n  web:\n    image: "a\\e[31m\\x9b\\u202e"\n')
    for form in ("json", "yaml"):
        done = show("-f", str(tmp_path / "hostile.yaml"), "--format", form)
        assert all(char.isprintable() or char == "\n" for char in done.stdout)


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["yes", "1e3", "0x1f", "a: b", "- a", "a #b", "", " a", "2001-01-01"]
)
DATA = st.recursive(
    TEXTS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False, width=16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, DATA, max_size=3))
def test_any_data_comes_back_from_its_yaml(data):
    assert yaml.safe_load(yaml_text(data)) == data
