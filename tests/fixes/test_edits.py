"""Edits on texts: what comes out, what cannot be applied together, what is chosen."""

import pytest

from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.edits import OverlapError, apply, choose
from confguard.source import SourceFile


@pytest.fixture
def file():
    return SourceFile("compose.yaml", "one\ntwo\nthree\n")


def finding(message, *fixes):
    return Finding(message, Label(fixes[0].edits[0].span), fixes=fixes, rule="a-rule", address=(message,))


def test_edits_are_applied_at_their_places_whatever_their_order(file):
    edits = [Edit(file.span(8, 13), "3"), Edit(file.span(0, 3), "1"), Edit(file.span(4, 4), "1.5 ")]
    assert apply(edits) == {file: "1\n1.5 two\n3\n"}


def test_equal_edits_count_once(file):
    assert apply([Edit(file.span(0), "x\n"), Edit(file.span(0), "x\n")]) == {file: "x\none\ntwo\nthree\n"}


def test_lines_that_are_inserted_at_one_place_come_in_their_order(file):
    assert apply([Edit(file.span(4), "b\n"), Edit(file.span(4), "a\n")])[file] == "one\nb\na\ntwo\nthree\n"


def test_neighbouring_lines_can_be_deleted_together(file):
    assert apply([Edit(file.span(0, 4), ""), Edit(file.span(4, 8), "")])[file] == "three\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [(((0, 5), "x"), ((4, 8), "y")), (((4, 4), "x"), ((4, 4), "y")), (((0, 3), "x"), ((3, 3), "y"))],
)
def test_edits_that_touch_are_refused(file, one, other):
    with pytest.raises(OverlapError, match=r"compose\.yaml"):
        apply([Edit(file.span(*one[0]), one[1]), Edit(file.span(*other[0]), other[1])])


def test_an_edit_takes_on_the_line_endings_of_its_file():
    crlf = SourceFile("a", "one\r\ntwo\r\n")
    assert apply([Edit(crlf.span(5), "a\nb\n")])[crlf] == "one\r\na\r\nb\r\ntwo\r\n"
    assert Edit(SourceFile("b", "").span(0), "a\n").text == "a\n"


def test_of_fixes_that_touch_the_second_waits(file):
    one = finding("one", Fix("1", (Edit(file.span(0, 3), "1"),), safe=True))
    other = finding("other", Fix("2", (Edit(file.span(2, 6), "2"), Edit(file.span(8, 9), "t")), safe=True))
    third = finding("third", Fix("3", (Edit(file.span(8, 13), "3"),), safe=True))
    assert [chosen.finding.message for chosen in choose([one, other, third], unsafe=False)] == [
        "one",
        "third",
    ]


def test_an_unsafe_fix_is_chosen_only_where_it_is_allowed_and_after_a_safe_one(file):
    unsafe = Fix("remove", (Edit(file.span(0, 4), ""),), safe=False)
    safe = Fix("keep", (Edit(file.span(0, 3), "1"),), safe=True)
    assert not choose([finding("a", unsafe)], unsafe=False)
    assert [one.fix for one in choose([finding("a", unsafe)], unsafe=True)] == [unsafe]
    assert [one.fix for one in choose([finding("a", unsafe, safe)], unsafe=True)] == [safe]
    assert finding("a", unsafe, safe).fix is safe


def test_a_file_that_was_given_by_hand_is_never_edited():
    private = SourceFile(".env", "A=1\n", private=True)
    fix = Fix("x", (Edit(private.span(0, 4), ""),), safe=True)
    assert not choose([finding("a", fix)], unsafe=True)


def test_of_two_paths_to_one_file_only_one_is_edited(file):
    link = SourceFile("link.yaml", file.text)
    one = finding("one", Fix("1", (Edit(file.span(0, 3), "1"),), safe=True))
    other = finding("other", Fix("2", (Edit(link.span(8, 13), "3"),), safe=True))
    assert len(choose([one, other], unsafe=False)) == 2
    chosen = choose([one, other], unsafe=False, same_file=lambda path: "real")
    assert [found.finding.message for found in chosen] == ["one"]
