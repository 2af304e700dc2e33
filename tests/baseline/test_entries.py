"""The file of known findings: written, read, merged, broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.baseline import BaselineError, Identity, counted, identity, read, text_of
from confguard.finding import Finding, Label
from confguard.source import SourceFile
from confguard.suppress.adding import table_of

PORT = Identity("published-datastore-port", ("compose.yaml",), ("db", "5432"))
IMAGE = Identity("unpinned-image", ("a.yaml", "b.yaml"), ("web",))


def load(text):
    return read(SourceFile("confguard-baseline.json", text))


def counts(baseline):
    return {entry.identity: entry.count for entry in baseline.entries}


def test_the_text_is_json_with_one_entry_a_line():
    assert text_of({IMAGE: 2, PORT: 1}, ["Dockerfile"]) == (
        "{\n"
        '  "version": 1,\n'
        '  "files": [\n'
        '    "Dockerfile",\n'
        '    "a.yaml",\n'
        '    "b.yaml",\n'
        '    "compose.yaml"\n'
        "  ],\n"
        '  "findings": [\n'
        '    {"rule": "published-datastore-port", "paths": ["compose.yaml"], "address": ["db", "5432"]},\n'
        '    {"rule": "unpinned-image", "paths": ["a.yaml", "b.yaml"], "address": ["web"], "count": 2}\n'
        "  ]\n"
        "}\n"
    )


TEXTS = st.text(max_size=8)
IDENTITIES = st.builds(
    Identity,
    TEXTS,
    st.lists(TEXTS, max_size=3, unique=True).map(lambda paths: tuple(sorted(paths))),
    st.lists(TEXTS, max_size=3).map(tuple),
)


@given(st.dictionaries(IDENTITIES, st.integers(1, 5), max_size=6), st.lists(TEXTS, max_size=4))
def test_what_is_written_is_read_again_and_written_the_same(known, files):
    text = text_of(known, files)
    assert text.isascii()
    baseline = load(text)
    assert counts(baseline) == known
    assert baseline.files >= set(files)
    assert text_of(counts(baseline), baseline.files) == text
    assert len(json.loads(text)["findings"]) == len(known)


@given(st.dictionaries(IDENTITIES, st.integers(1, 5), max_size=5), st.randoms())
def test_lines_in_any_order_with_commas_missing_and_lines_twice_are_the_same_baseline(known, random):
    lines = text_of(known, []).splitlines()
    start = lines.index('  "findings": [') + 1
    entries = lines[start:-2]
    entries = [line.rstrip(",") for line in entries + entries[:2]]
    random.shuffle(entries)
    merged = load("\n".join([*lines[:start], *entries, *lines[-2:]]) + "\n")
    assert counts(merged) == known


def test_an_entry_knows_its_line_unless_the_file_was_reformatted():
    text = text_of({PORT: 1, IMAGE: 1}, [])
    assert [entry.span.line for entry in load(text).entries] == [9, 10]
    reformatted = json.dumps(json.loads(text), indent=4)
    assert counts(load(reformatted)) == {PORT: 1, IMAGE: 1}
    assert {entry.span.line for entry in load(reformatted).entries} == {1}


def test_of_two_counts_for_one_entry_the_larger_holds():
    one, two = text_of({PORT: 1}, []), text_of({PORT: 3}, [])
    line = next(line for line in two.splitlines() if "rule" in line)
    assert counts(load(one.replace('  "findings": [\n', f'  "findings": [\n{line}\n'))) == {PORT: 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is no baseline"),
        ("{}", "is no baseline"),
        ('{"version": "1"}', "is no baseline"),
        ('{"version": 2, "files": [], "findings": []}', "version 2 is of a newer confguard"),
        ('{"version": 1, "files": {}, "findings": []}', "files is a list of paths"),
        ('{"version": 1, "files": [], "findings": [{"rule": "x"}]}', r"findings\[0\] is no entry"),
        (
            '{"version": 1, "findings": [{"rule": "x", "paths": [], "address": [], "count": 0}]}',
            r"findings\[0\] is no entry",
        ),
        (
            '{\n  "version": 1,\n<<<<<<< HEAD\n',
            r"baseline\.json:3:1: is no line of a baseline; where a merge",
        ),
        ("[" * 100_000, "is no line"),
        ("nonsense", ":1:1: is no line"),
    ],
)
def test_what_is_no_baseline_is_refused(text, message):
    with pytest.raises(BaselineError, match=message):
        load(text)


def test_a_secret_in_an_address_is_masked():
    secret = "kR7zQ2vN9xW4mT8b"
    source = SourceFile("compose.yaml", f"DB_PASSWORD: {secret}\n")
    finding = Finding("m", Label(source.line_span(1)), rule="r", address=("web", f"has {secret}, a number"))
    assert secret not in text_of(counted([finding]), [])
    assert identity(finding).address[0] == "web"
    assert secret not in table_of(finding, "", "suppressions")
    assert 'address = ["web"]' in table_of(finding, "", "suppressions")
