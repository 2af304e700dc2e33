"""Suppression comments: what they are, and what they cover."""

from __future__ import annotations

import pytest

from confguard.finding import Finding, Label
from confguard.source import SourceFile
from confguard.suppress import Malformed, Suppression, apply, find_suppressions

TEXT = """\
a: 1  # confguard: ignore[one, two] a reason
# confguard: ignore[three] for the next line
# another comment
b: 2
c: 3
# confguard: file-ignore[four] generated
"""


def finding(source, line, rule, *others):
    related = tuple(Label(source.line_span(other)) for other in others)
    return Finding("m", Label(source.line_span(line)), related, rule=rule)


def test_a_comment_names_rules_lines_and_a_reason():
    first, second, third = find_suppressions(SourceFile("a.yaml", TEXT))
    assert (first.rules, first.lines, first.reason) == (("one", "two"), (1,), "a reason")
    assert (second.rules, second.lines) == (("three",), (2, 4))
    assert (third.rules, third.lines, third.reason) == (("four",), (), "generated")


@pytest.mark.parametrize(
    ("line", "rule", "others", "suppressed"),
    [
        (1, "one", (), True),
        (1, "two", (), True),
        (1, "three", (), False),
        (4, "three", (), True),
        (5, "three", (), False),
        (5, "three", (4,), True),
        (5, "four", (), True),
    ],
)
def test_a_finding_is_suppressed_at_any_place_that_it_labels(line, rule, others, suppressed):
    source = SourceFile("a.yaml", TEXT)
    comments = [one for one in find_suppressions(source) if isinstance(one, Suppression)]
    kept, gone, used = apply([finding(source, line, rule, *others)], comments)
    assert bool(gone) is suppressed
    assert bool(kept) is not suppressed
    assert bool(used) is suppressed


def test_a_comment_in_another_file_covers_nothing():
    source, other = SourceFile("a.yaml", TEXT), SourceFile("b.yaml", TEXT)
    comments = [one for one in find_suppressions(source) if isinstance(one, Suppression)]
    assert apply([finding(other, 1, "one")], comments)[0]


@pytest.mark.parametrize(
    "comment",
    [
        "# confguard: ignore",
        "# confguard: ignore[]",
        "# confguard: ignore one",
        "# confguard: disable=one",
        "#confguard:ignore(one)",
    ],
)
def test_a_malformed_comment_is_told_apart(comment):
    (found,) = find_suppressions(SourceFile("a.yaml", f"a: 1  {comment}\n"))
    assert isinstance(found, Malformed)
    assert found.span.text == comment


def test_prose_about_confguard_is_no_comment_of_ours():
    assert not list(find_suppressions(SourceFile("a.yaml", "# confguard checks this\n")))
