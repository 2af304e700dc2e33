"""Edits of lines, env files, Dockerfiles, .dockerignore and Python settings."""

import pytest

from confguard.fixes import dockerfile, env, ignore, lines, python
from confguard.fixes.edits import apply, whole
from confguard.parsers.dockerfile import parse
from confguard.source import SourceFile


def done(file, *edits):
    return apply(edits)[file]


@pytest.mark.parametrize(
    ("text", "key", "wanted"),
    [
        ("A=1\nB=2\n", "C", "A=1\nB=2\nC=\n"),
        ("DB_HOST=x\n# mail\nMAIL_HOST=y\n", "DB_PORT", "DB_HOST=x\nDB_PORT=\n# mail\nMAIL_HOST=y\n"),
        ("A=1", "B", "A=1\nB="),
        ("A=1\r\n", "B", "A=1\r\nB=\r\n"),
        ("", "A", "A=\n"),
        ("# nothing yet\n", "A", "# nothing yet\nA=\n"),
        ('A="one\ntwo"\nB=2\n', "A_B", 'A="one\ntwo"\nA_B=\nB=2\n'),
    ],
)
def test_a_key_is_added_to_an_env_file_near_its_like(text, key, wanted):
    file = SourceFile(".env", text)
    assert done(file, env.add_key(file, key)) == wanted


def test_keys_that_come_to_one_place_are_one_edit():
    file = SourceFile(".env", "A_X=1\nB_X=2")
    assert done(file, *env.add_keys(file, ["A_Y", "C", "D"])) == "A_X=1\nA_Y=\nB_X=2\nC=\nD="


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pa$$", None),
        ("pa$word", "'pa$word'"),
        ('"pa$word"', "'pa$word'"),
        ("it's$x", None),
        ('"a\\n$b"', None),
    ],
)
def test_a_value_is_put_in_single_quotes_where_it_stays_the_same(text, wanted):
    file = SourceFile(".env", f"A={text}\n")
    made = env.single_quoted(file.span(2, 2 + len(text)))
    assert (made.text if made else None) == wanted


@pytest.mark.parametrize(
    ("text", "start", "wanted"),
    [
        ("a\nb\nc\n", 2, "a\nc\n"),
        ("a\nb", 2, "a"),
        ("a\r\nb", 3, "a"),
        ("a", 0, ""),
        ("a\n  b # x\n", 4, "a\n"),
    ],
)
def test_a_line_is_deleted_with_its_end(text, start, wanted):
    file = SourceFile("a", text)
    assert done(file, lines.delete_lines(file.span(start, start + 1))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("a: 1  # confguard: x\nb\n", "a: 1\nb\n"), ("a\n  # confguard: x\nb\n", "a\nb\n")],
)
def test_a_comment_is_deleted_with_what_would_be_left_of_its_line(text, wanted):
    file = SourceFile("a", text)
    start = text.index("#")
    assert done(file, lines.delete_comment(file.span(start, text.index("x") + 1))) == wanted


def test_an_argument_is_declared_behind_those_of_its_stage():
    text = "ARG V=1\nFROM a AS one\nRUN x\nFROM b\nARG X\nARG \\\n  Y\nRUN $V\n"
    file = SourceFile("Dockerfile", text)
    stages = parse(file).stages
    new = done(file, *(dockerfile.declare(stage, "V") for stage in stages))
    assert new == text.replace("AS one\n", "AS one\nARG V\n").replace("  Y\n", "  Y\nARG V\n")


def test_a_pattern_is_added_to_a_file_that_may_not_be_there():
    made = ignore.add_pattern(None, "web/.dockerignore", ".env")
    assert (made.span.path, made.text) == ("web/.dockerignore", ".env\n")
    file = SourceFile(".dockerignore", "*.pyc")
    assert done(file, ignore.add_pattern(file, ".dockerignore", ".env")) == "*.pyc\n.env"


def test_statements_are_added_behind_the_whole_one_that_a_place_lies_in():
    text = "A = [\n    1,\n]  # why\nif A:\n    B = 1\n    C = 2\nD = 3\n"
    file = SourceFile("settings.py", text)
    new = done(
        file,
        python.add_behind(file.span(text.index("1")), ["X = 1"]),
        python.add_behind(file.span(text.index("B")), ["Y = 1"]),
    )
    assert new == text.replace("# why\n", "# why\nX = 1\n").replace("C = 2\n", "C = 2\nY = 1\n")
    assert python.add_behind(SourceFile("a.py", "A = 1; B = 2\n").span(0), ["X = 1"]) is None


def test_an_item_is_moved_only_where_it_has_its_line():
    text = "M = [\n    'a',\n    'b',  # why\n]\n"
    file = SourceFile("settings.py", text)
    a, b = file.line_span(2), file.line_span(3)
    assert done(file, *python.move_line(b, a)) == "M = [\n    'b',  # why\n    'a',\n]\n"
    one = SourceFile("settings.py", "M = ['a', 'b']\n")
    assert whole("move", python.move_line(one.span(10), one.span(5)), safe=True) == ()
    last = SourceFile("settings.py", "M = [\n    'a',\n    'b'\n]\n")
    assert python.move_line(last.line_span(3), last.line_span(2)) == [None]
