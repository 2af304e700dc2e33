"""Suppression comments: what they are, in which files, and for which lines they count."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.discover.kinds import Kind
from confguard.source import SourceFile
from confguard.suppress import Malformed, Suppression, find_suppressions

TEXT = """\
a: 1  # confguard: ignore[one, two] a reason
# confguard: ignore[three] for the next line
# another comment
b: 2
c: 3
# confguard: ignore-file[four] generated
# confguard: file-ignore[five] generated
"""


def found(text, kind=None, path="a.yaml"):
    return list(find_suppressions(SourceFile(path, text), kind))


def only(text, kind=None):
    (one,) = found(text, kind)
    return one


def test_a_comment_names_rules_lines_and_a_reason():
    first, second, third, fourth = found(TEXT)
    assert (first.rules, first.lines, first.reason) == (("one", "two"), (1,), "a reason")
    assert (second.rules, second.lines) == (("three",), (2, 4))
    assert (third.rules, third.lines, third.reason) == (("four",), (), "generated")
    assert (fourth.rules, fourth.lines) == (("five",), ())


@pytest.mark.parametrize(
    "comment",
    [
        "# confguard: ignore",
        "# confguard: ignore[]",
        "# confguard: ignore one",
        "# confguard: disable=one",
        "#confguard:ignore(one)",
        "# confguard: ignore[one",
        "# confguard: ignore[ , ]",
        "# confguard: ignore[one] until=tomorrow",
        "# confguard: ignore[one] until=2027-02-30",
        "# confguard: ignore[one] until=2027-01-01 until=2028-01-01",
        "# confguard: ignore[one] expires=2027-01-01",
        "# confguard: ignore[one] until: 2027-01-01",
    ],
)
def test_a_malformed_comment_is_told_apart(comment):
    one = only(f"a: 1  {comment}\n")
    assert isinstance(one, Malformed)
    assert one.span.text == comment


def test_prose_about_confguard_is_no_comment_of_ours():
    assert not found("# confguard checks this\n# see confguard's documentation: ignore[x]\n")


@pytest.mark.parametrize(
    ("rest", "until", "reason"),
    [
        ("until=2027-01-31 the migration runs", "2027-01-31", "the migration runs"),
        ("the migration runs until=2027-01-31", "2027-01-31", "the migration runs"),
        ("until=2027-01-31", "2027-01-31", ""),
        ("waits until the migration", None, "waits until the migration"),
    ],
)
def test_an_expiry_stands_in_front_of_or_behind_the_reason(rest, until, reason):
    one = only(f"# confguard: ignore[a] {rest}\n")
    assert one.until == (until and datetime.date.fromisoformat(until))
    assert one.reason == reason


def test_two_comments_on_one_line_both_count():
    first, second = found("a: 1  # confguard: ignore[one] because # confguard: ignore[two] of that\n")
    assert (first.rules, first.reason, first.lines) == (("one",), "because", (1,))
    assert (second.rules, second.reason, second.lines) == (("two",), "of that", (1,))


@pytest.mark.parametrize("kind", [Kind.ENV, Kind.DOCKERFILE])
def test_behind_a_value_programs_disagree_on_what_a_comment_is(kind):
    one = only("A=1 # confguard: ignore[x] r\n", kind)
    assert isinstance(one, Malformed)
    assert "stands behind" in one.problem
    assert isinstance(only("# confguard: ignore[x] r\nA=1\n", kind), Suppression)


def test_yaml_wants_a_blank_in_front_of_a_comment():
    assert isinstance(only("a: b# confguard: ignore[x] r\n", Kind.COMPOSE), Malformed)
    assert isinstance(only("a: b # confguard: ignore[x] r\n", Kind.COMPOSE), Suppression)
    assert isinstance(only("- \n# confguard: ignore[x] r\n", Kind.WORKFLOW), Suppression)


def test_nginx_and_python_do_not():
    assert isinstance(only("return 200;# confguard: ignore[x] r\n", Kind.NGINX), Suppression)
    assert isinstance(only("A = 1# confguard: ignore[x] r\n", Kind.SETTINGS), Suppression)


def test_in_the_strings_of_python_there_are_no_comments():
    text = 'A = "# confguard: ignore"\nB = """\n# confguard: ignore[x]\n"""\nC = f"{A}# confguard: y"\n'
    assert not found(text, Kind.SETTINGS)
    assert only(text + "# confguard: ignore[x] r\n", Kind.SETTINGS).lines == (6, 7)


def test_python_that_is_broken_still_has_comments():
    assert found('B = 1  # confguard: ignore[x] r\nA = """\n', Kind.SETTINGS)


@pytest.mark.parametrize("kind", [Kind.DOCKERFILE, Kind.MAKEFILE, Kind.SCRIPT])
def test_the_lines_that_the_next_one_is_continued_on_count_too(kind):
    text = "# confguard: ignore[x] r\nRUN a \\\n  && b \\\n  && c\nRUN d\n"
    assert only(text, kind).lines == (1, 2, 3, 4)
    assert only(text, Kind.COMPOSE).lines == (1, 2)


def test_a_comment_at_the_end_of_a_file_counts_for_a_line_that_is_not_there():
    assert only("# confguard: ignore[x] r").lines == (1, 2)


NAMES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
REASONS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n#"), max_size=20).filter(
    lambda text: not re.search(r"(?i)(until|expires?|till)[=:]|confguard", text)
)


@given(
    names=st.lists(NAMES, min_size=1, max_size=3, unique=True),
    reason=REASONS,
    day=st.none() | st.dates(),
    end=st.sampled_from(["\n", "\r\n", ""]),
    form=st.sampled_from(["ignore", "ignore-file"]),
    indent=st.sampled_from(["", "  ", "key: value ", "\t"]),
)
def test_what_is_written_is_read_again(names, reason, day, end, form, indent):
    reason = " ".join(reason.split())
    until = f" until={day.isoformat()}" if day else ""
    comment = f"# confguard: {form}[{', '.join(names)}]{until} {reason}".rstrip()
    one = only(f"first: line{end or chr(10)}{indent}{comment}{end}")
    assert isinstance(one, Suppression)
    assert (one.rules, one.reason, one.until) == (tuple(names), reason, day)
    assert one.span.text == comment
    alone = not indent.strip()
    assert one.lines == (() if form == "ignore-file" else (2, 3) if alone else (2,))


@given(
    st.text(st.sampled_from("#: confguardignore[]-fileuntil=2027,\n\"'\\ \t\r"), max_size=80),
    st.sampled_from(Kind),
)
def test_nothing_makes_the_parser_fail(text, kind):
    for one in found(f"# confguard: {text}", kind):
        assert one.span.text
        assert "\n" not in one.span.text
