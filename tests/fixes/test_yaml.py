"""Edits of YAML: the style that is there is kept, and what cannot be done for sure is not done."""

import copy

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from confguard.fixes.edits import apply
from confguard.fixes.yaml import (
    add_item,
    add_key,
    add_keys,
    documents,
    node_at,
    remove_key,
    remove_keys,
    replace_value,
    scalar,
    spot,
    spot_at,
    tag,
)
from confguard.source import SourceFile


def done(text, make):
    """Return a text after the edits that a function makes of its file; None where it makes none."""
    file = SourceFile("compose.yaml", text)
    made = make(file)
    edits = made if isinstance(made, list) else [made]
    return None if None in edits else apply(edits)[file]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a:\n  b: 1\n", "a:\n  b: 1\n  k: v\n"),
        ("a:\n    b: 1 # why\nc: 2\n", "a:\n    b: 1 # why\n    k: v\nc: 2\n"),
        ("a:\n  b: 1", "a:\n  b: 1\n  k: v"),
        ("a:\n  b:\n    - x\n\nc: 2\n", "a:\n  b:\n    - x\n  k: v\n\nc: 2\n"),
        ("a:\n  b: |\n    text\n    more\nc: 2\n", "a:\n  b: |\n    text\n    more\n  k: v\nc: 2\n"),
        ("a: {b: 1}\n", "a: {b: 1, k: v}\n"),
        ("a: { b: 1, }\n", "a: { b: 1, k: v }\n"),
        ("a: {}\n", "a: {k: v}\n"),
        ("a:\nc: 2\n", "a:\n  k: v\nc: 2\n"),
        ("x: &x {q: 1}\na:\n  <<: *x\n", "x: &x {q: 1}\na:\n  <<: *x\n  k: v\n"),
        ("a:\n  b: *x\n", None),
        ("a: &x\n  b: 1\nd: *x\n", "a: &x\n  b: 1\n  k: v\nd: *x\n"),
        ("a:\n  k: 1\n", None),
        ("a: text\n", None),
        ("a:\r\n  b: 1\r\n", "a:\r\n  b: 1\r\n  k: v\r\n"),
    ],
)
def test_a_key_is_added_in_the_style_of_its_mapping(old, new):
    assert done(old, lambda file: add_key(spot(file, "a"), "k", "v") if spot(file, "a") else None) == new


def test_several_keys_and_blocks_are_added_together():
    text = done(
        "a:\n  b: 1\n", lambda file: add_keys(spot(file, "a"), {"k": "v", "list": ["- one", "- two"]})
    )
    assert text == "a:\n  b: 1\n  k: v\n  list:\n    - one\n    - two\n"
    assert done("a: {b: 1}\n", lambda file: add_key(spot(file, "a"), "list", ["- one"])) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a:\n  - x # why\n", "a:\n  - x # why\n  - n\n"),
        ("a:\n- x\nb: 1\n", "a:\n- x\n- n\nb: 1\n"),
        ("a: [x]\n", "a: [x, n]\n"),
        ("a: [\n  x,\n]\n", "a: [\n  x, n\n]\n"),
        ("a: []\n", "a: [n]\n"),
        ("a: {x: 1}\n", None),
    ],
)
def test_an_item_is_added_in_the_style_of_its_list(old, new):
    assert done(old, lambda file: add_item(spot(file, "a").value, "n")) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a:\n  b: 1\n  k: v # with it\n  c: 2\n", "a:\n  b: 1\n  c: 2\n"),
        ("a:\n  b: 1\n  k:\n    - x\n    - y\n", "a:\n  b: 1\n"),
        ("a:\n  b: 1\n  k: v", "a:\n  b: 1"),
        ("x: 1\na:\n  k: v\nc: 2\n", "x: 1\nc: 2\n"),
        ("a: {b: 1, k: v}\n", "a: {b: 1}\n"),
        ("a: {k: v, b: 1}\n", "a: {b: 1}\n"),
        ("x: 1\na: {k: v}\n", "x: 1\n"),
    ],
)
def test_a_key_is_removed_with_its_value_and_an_empty_mapping_with_it(old, new):
    assert done(old, lambda file: remove_key(spot(file, "a", "k"))) == new


def test_all_keys_of_a_mapping_take_it_along():
    assert (
        done("x: 1\na:\n  k:\n  l:\n", lambda file: remove_keys([spot(file, "a", key) for key in "kl"]))
        == "x: 1\n"
    )
    text = "a:\n  k:\n  m:\n  l:\n"
    assert done(text, lambda file: remove_keys([spot(file, "a", key) for key in "kl"])) == "a:\n  m:\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: x # why\n", "a: it's # why\n"),
        ("a: 'x'\n", "a: 'it''s'\n"),
        ('a: "x"\n', 'a: "it\'s"\n'),
        ("a:\n", 'a: "it\'s"\n'),
        ("a: |\n  x\n", None),
        ("a: [x]\n", None),
    ],
)
def test_a_value_is_replaced_in_its_quotes(old, new):
    if old == "a: x # why\n":
        new = 'a: "it\'s" # why\n'
    assert done(old, lambda file: replace_value(spot(file, "a").value, "it's")) == new


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("on-failure", "on-failure"),
        ("no", '"no"'),
        ("80", '"80"'),
        ("a: b", '"a: b"'),
        ("${A}", '"${A}"'),
        ('"', '"\\""'),
    ],
)
def test_a_text_is_quoted_where_yaml_would_read_something_else(text, written):
    assert scalar(text) == written


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: []\n", "a: !reset []\n"),
        ("a:\n", "a: !reset null\n"),
        ("a: # why\n", "a: !reset null # why\n"),
        ("a:\n  - x\n", "a: !reset\n  - x\n"),
    ],
)
def test_a_tag_comes_in_front_of_the_value(old, new):
    assert done(old, lambda file: tag(spot(file, "a"), "!reset")) == new


def test_a_place_is_found_by_its_offset_and_what_is_shared_is_known():
    file = SourceFile(
        "compose.yaml", "x: &x\n  p: 1\nservices:\n  web:\n    ports: ['80:80', 81]\n    env: *x\n"
    )
    place = spot_at(file.span(file.text.index("81")))
    assert [one.entry.key.text for one in (*place.around, place)] == ["services", "web", "ports"]
    assert not place.shared
    assert spot_at(file.span(file.text.index("p: 1"))).shared
    assert spot(file, "services", "web", "env").is_alias
    assert spot(file, "services", "web", "env", "p") is None
    assert node_at(file.span(file.text.index("'80")))[1].text == "80:80"
    assert spot_at(file.span(file.text.index("*x"))).entry.key.text == "env"


def test_a_broken_file_has_no_places():
    file = SourceFile("compose.yaml", "a: [\n")
    assert spot(file, "a") is None
    assert spot_at(file.span(0)) is None


TEXTS = st.text("abcz- :#'\"{}[],&*!", min_size=1, max_size=6)
KEYS = st.from_regex(r"[a-y]{1,3}", fullmatch=True)
TREES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)


def paths(tree, around=()):
    """Yield the keys that lead to each mapping by mappings alone."""
    if isinstance(tree, dict):
        if around:
            yield around
        for key, value in tree.items():
            yield from paths(value, (*around, key))


def at(tree, keys):
    for key in keys:
        tree = tree[key]
    return tree


@given(
    st.dictionaries(KEYS, TREES, min_size=1, max_size=3),
    st.sampled_from([None, True, False]),
    st.sampled_from([2, 4]),
    st.booleans(),
    st.data(),
)
def test_keys_come_and_go_in_any_document(tree, flow, indent, crlf, data):
    where = list(paths(tree))
    assume(where)
    keys = data.draw(st.sampled_from(where))
    text = yaml.safe_dump(tree, default_flow_style=flow, indent=indent, width=10_000)
    file = SourceFile("compose.yaml", text.replace("\n", "\r\n") if crlf else text)
    assume(documents(file))  # what docker compose refuses has no places
    added = add_key(spot(file, *keys), "z", "new")
    assert added is not None
    new = SourceFile("compose.yaml", apply([added])[file])
    wanted = copy.deepcopy(tree)
    at(wanted, keys)["z"] = "new"
    assert yaml.safe_load(new.text) == wanted
    if at(tree, keys):  # with its last key a mapping goes, too
        removed = remove_key(spot(new, *keys, "z"))
        assert removed is not None
        assert yaml.safe_load(apply([removed])[new]) == tree
