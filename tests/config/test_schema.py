"""The published schema: it is up to date, and it accepts and refuses what the loader does."""

from __future__ import annotations

import copy
import datetime
import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.cards import load_cards
from confguard.config.load import complaints
from confguard.config.schema import schema, schema_text

ROOT = Path(__file__).resolve().parents[2]
CARDS = load_cards()
SCHEMA = schema(CARDS)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)

WHOLE = tomllib.loads("""
extend = "base.toml"
select = ["compose", "csp-mismatch"]
ignore = ["nginx"]
extend-select = ["env"]
extend-ignore = ["duplicate-key"]
default-rules = "0.1"
exclude = ["examples/", "!examples/shop/"]
fail-on = "error"
baseline = ""
python-environment = "../.venv"
never-suppress = ["django"]

[per-file-ignores]
"legacy/" = ["all"]

[file-kinds]
"deploy/*.tpl" = "nginx"

[severity]
unpinned-image = "info"

[env-templates]
".env" = ".env.example"

[[stacks]]
name = "shop"
files = ["compose.yaml", "compose.prod.yaml"]
profiles = ["proxy"]
env-files = [".env.shop"]
env-templates = { ".env.shop" = ".env.example" }
project-directory = "deploy"
role = "staging"

[[suppressions]]
rule = "unpinned-image"
path = "compose.yaml"
address = ["web", ""]
reason = "a demo"
expires = "2027-01-31"

[rules.unpinned-image]
require-digest = true

[rules.published-datastore-port]
allow = ["db"]

[rules.ungated-proxy]
convention = "always"

[readiness]
plan = "production-readiness"
required-keys = ["A|B"]
body-limits = { "/upload/" = "2g" }
owners = { "1" = "Platform", "P2.7" = "Security" }
""")


def in_json(value):
    """Return what an editor's TOML reader hands to the schema: dates are texts there."""
    if isinstance(value, dict):
        return {name: in_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [in_json(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def loads(document):
    return not list(complaints(document, CARDS))


def test_the_committed_schema_is_up_to_date():
    committed = (ROOT / "confguard" / "config" / "confguard.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(CARDS), "run `python -m confguard.dev schema`"


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_every_key_is_described():
    def described(one):
        for name, inner in one.get("properties", {}).items():
            assert inner.get("description"), name
            described(inner)
            described(inner.get("items", {}))

    described(SCHEMA)


def test_a_configuration_with_every_key_is_accepted_by_both():
    assert set(WHOLE) == set(SCHEMA["properties"])
    VALIDATOR.validate(in_json(WHOLE))
    assert loads(WHOLE)


OURS = ("README.md", "configuration.md", "suppressing.md", "legacy-repository.md")
"""Documents whose TOML is that of a confguard.toml; others show the configuration of editors, too."""


def examples_of(path):
    text = path.read_text(encoding="utf-8")
    for fence in re.finditer(r"^```toml[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        document = tomllib.loads(fence[1])
        own = document.get("tool", {}).get("confguard", document)
        if own is not document or path.name in OURS:
            yield own


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_examples_of_the_documents_are_accepted_by_both(path):
    for document in examples_of(path):
        VALIDATOR.validate(in_json(document))
        assert loads(document), list(complaints(document, CARDS))


def test_the_projects_own_configurations_are_accepted_by_both():
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["confguard"]
    found = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "fixtures").glob("**/confguard.toml")]
    for document in (own, *found):
        VALIDATOR.validate(in_json(document))
        assert loads(document)


def places_of(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in items:
        yield from places_of(one, (*path, name))


STRANGE = st.sampled_from([
    None, True, 0, -1, 3, 1.5, "", "x", "/x", "compose", "unpinned-image", "error", "2027-02-30",
    "2027-02-28", "0.1", "2G",
    [], ["x"], [""], ["all"], [1], [[]], {}, {"x": 1}, {"x": "y"}, {"/x": "1k"}, {"unpinned-image": "info"},
    {"rule": "unpinned-image"},
    {"rule": "unpinned-image", "path": "x"}, {"files": ["a"]}, {"files": []}, [{"files": ["a"]}],
])  # fmt: skip


@settings(max_examples=200)
@given(place=st.sampled_from(list(places_of(WHOLE))[1:]), value=STRANGE, drop=st.booleans())
def test_what_one_of_them_refuses_the_other_refuses_too(place, value, drop):
    document = copy.deepcopy(WHOLE)
    around = document
    for part in place[:-1]:
        around = around[part]
    if drop and isinstance(around, dict):
        del around[place[-1]]
    else:
        around[place[-1]] = value
    assert VALIDATOR.is_valid(in_json(document)) == loads(document), list(complaints(document, CARDS))


@given(
    name=st.sampled_from(["selct", "x", "files", "rule", ""]), place=st.sampled_from(list(places_of(WHOLE)))
)
def test_a_key_too_many_is_refused_by_both_or_by_none(name, place):
    document = copy.deepcopy(WHOLE)
    around = document
    for part in place:
        around = around[part]
    if isinstance(around, dict):
        around[name] = "x"
        assert VALIDATOR.is_valid(in_json(document)) == loads(document), list(complaints(document, CARDS))


def test_the_schema_is_fit_for_a_store():
    text = json.dumps(SCHEMA)
    assert SCHEMA["$id"].startswith("https://")
    assert SCHEMA["type"] == "object"
    refs = set(re.findall(r'"\$ref": "#/definitions/([^"]+)"', text))
    assert refs == set(SCHEMA["definitions"])
