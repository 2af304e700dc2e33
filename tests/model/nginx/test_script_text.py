"""A shell text falls into pieces that run and pieces that may run, at their places."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.discover.project import Listing, Project
from confguard.model.environment import Environment
from confguard.model.nginx import shell, stock
from confguard.model.nginx.script_text import parts
from confguard.model.nginx.tree import FileTree
from confguard.source import SourceFile

PIECES = [
    "if", "fi", "then ", "for ", "done", "case ", "esac", "f() {", "{ ", "}", "'", '"', "\\", "\n", " ",
    ";", "#", "cat <<EOF\n", "EOF\n", "cat <<-'X'\n", "\tX\n", "<<<", "echo a > /b", "$(", ")", "é", "\\\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_the_pieces_cover_the_text_and_keep_its_places(text: str) -> None:
    position = 0
    for part in parts(text):
        assert part.start == position
        assert len(part.text) == len(part.code)
        position += len(part.text)
        for heredoc in part.heredocs:
            assert part.start <= heredoc.start <= heredoc.end <= position
    assert position == len(text)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("a\nif b; then c; fi\nd\n", "a d"),
        ("a; for x in y; do b; done; c\n", "a c"),
        ("a() {\n  b\n}\nc\n", "c"),
        ("case $x in y) a ;; esac\nb\n", "b"),
        ("if a; then\n  if b; then c; fi\nfi\nd\n", "d"),
        ("echo if\necho done\na\n", "echo if echo done a"),
        ("echo 'if a' \"then\"\nb\n", "echo 'if a' \"then\" b"),
        ("cat <<EOF\nif (x) { }\nEOF\na\n", "cat EOF a"),
        ("# if it is\na\n", "a"),
        ("a\nif b; then\nc\n", "a"),
        ("a\nfi\nb\n", ""),
    ],
)
def test_what_stands_outside_of_constructs_surely_runs(text: str, sure: str) -> None:
    found = " ".join(part.text for part in parts(text) if part.sure)
    assert " ".join(found.replace(";", " ").split()) == sure


@pytest.mark.parametrize("piece", ["cat <<A\n", "'", '"', "f() {\n", "if a\n", "<<A <<B ", "\\", "# x "])
def test_a_text_of_any_kind_is_read_in_a_moment(piece: str) -> None:
    started = time.process_time()
    list(parts(piece * (200_000 // len(piece))))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "piece",
    [
        "echo 'a b;' > /run/a\n",
        "echo 'a' > /run/a;",
        "cat > /run/a <<EOF\nx $A\nEOF\n",
        "> $",
        "/a ",
        "envsubst ",
    ],
)
def test_a_script_of_any_kind_is_done_in_a_moment(tmp_path: Path, piece: str) -> None:
    source = SourceFile("start.sh", piece * (60_000 // len(piece)))
    tree = FileTree(Project(tmp_path, Listing((), "walk")), stock.of_image("nginx"))
    started = time.process_time()
    shell.apply(tree, source.text, Environment(), source)
    assert time.process_time() - started < 5
