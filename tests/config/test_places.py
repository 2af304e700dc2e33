"""Where the keys of a TOML text stand."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.config.places import places
from confguard.source import SourceFile

TEXT = '''\
# a comment with a = "sign"
select = [  # one
  "compose", 'x',
  """multi
line""",
]
"quoted key".inner = { a = 1, "b.c" = [2, { d = 3 }] }
[tool . confguard]
literal = 'no \\ escape'  # = 5
multi = """
[not.a.table]
key = 1 \\""" still
"""
date = 2027-01-31
[[tool.confguard.stacks]]
files = ["a"]
[tool.confguard.stacks.env-templates]
".env" = "x"
[[tool.confguard.stacks]]
files = ["b",
  "c"]
'''


def at(path):
    span = places(SourceFile("x.toml", TEXT))[path]
    return span.line, span.column, span.text


def test_the_text_is_one_that_toml_readers_take():
    tomllib.loads(TEXT)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("select",), (2, 1, "select")),
        (("select", 0), (3, 3, '"compose"')),
        (("select", 1), (3, 14, "'x'")),
        (("select", 2), (4, 3, '"""multi')),
        (("quoted key", "inner"), (7, 14, "inner")),
        (("quoted key", "inner", "b.c"), (7, 31, '"b.c"')),
        (("quoted key", "inner", "b.c", 1, "d"), (7, 45, "d")),
        (("tool", "confguard"), (8, 1, "[tool . confguard]")),
        (("tool", "confguard", "literal"), (9, 1, "literal")),
        (("tool", "confguard", "date"), (14, 1, "date")),
        (("tool", "confguard", "stacks", 0), (15, 1, "[[tool.confguard.stacks]]")),
        (("tool", "confguard", "stacks", 0, "env-templates", ".env"), (18, 1, '".env"')),
        (("tool", "confguard", "stacks", 1, "files", 1), (21, 3, '"c"')),
    ],
)
def test_keys_and_items_are_found(path, place):
    assert at(path) == place


def test_what_looks_like_a_table_in_a_text_is_none():
    assert not [path for path in places(SourceFile("x.toml", TEXT)) if "not" in path]


KEYS = st.text(st.sampled_from("ab-_\"'. #=[]{}\\é\t"), min_size=1, max_size=6)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.text(st.sampled_from("ab\"'#=[]{},\\\n"), max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def written(value):
    """Write a value in one of the forms that TOML has."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        if "'" not in value and "\n" not in value and "\\" in value:
            return f"'{value}'"
        if "\n" in value and "'" not in value and not value.startswith("\n"):
            return f"'''{value}'''"
        return (
            '"'
            + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            + '"'
        )
    if isinstance(value, list):
        return "[" + ",".join(f"\n  {written(one)}" for one in value) + "  # [end]\n]"
    return "{ " + ", ".join(f"{written(name)} = {flat(one)}" for name, one in value.items()) + " }"


def flat(value):
    """Write a value on one line, as inline tables want it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(flat, value)) + "]"
    if isinstance(value, dict):
        return written(value)
    return (
        written(value).replace("\n", "\\n")
        if not isinstance(value, str)
        else (
            '"'
            + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            + '"'
        )
    )


def paths(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in items:
        yield (*path, name)
        yield from paths(one, (*path, name))


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_key_of_every_document_is_found_where_it_stands(document):
    text = "".join(f"{written(name)} = {written(value)}  # x = 1\n" for name, value in document.items())
    assert tomllib.loads(text) == document
    found = places(SourceFile("x.toml", text))
    for path in paths(document):
        assert path in found
        if isinstance(path[-1], str):
            assert tomllib.loads(f"{found[path].text} = 1") == {path[-1]: 1}
    assert set(found) == set(paths(document))
