"""Rounds of fixes: until nothing is left, and nothing that breaks a file or changes nothing."""

from dataclasses import dataclass

from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.rounds import settle
from confguard.source import SourceFile


@dataclass
class State:
    findings: list
    broken: frozenset = frozenset()


def looker(text, offer, broken=lambda text: frozenset()):
    """Return the first state and how to look again, for one file and what is offered for its text."""

    def look(texts):
        file = texts.get("a", SourceFile("a", text))
        findings = [
            Finding(message, Label(edit.span), fixes=(Fix(message, (edit,), safe=True),), address=(message,))
            for message, edit in offer(file)
        ]
        return State(findings, broken(file.text))

    return look({}), look


def replacing(*pairs):
    """Offer to replace each text by another one, wherever it is."""

    def offer(file):
        for old, new in pairs:
            if old in file.text:
                start = file.text.index(old)
                yield f"{old} is wrong", Edit(file.span(start, start + len(old)), new)

    return offer


def test_fixes_that_touch_come_one_after_the_other():
    settled = settle(*looker("abcd", replacing(("abc", "x"), ("cd", "y"), ("xd", "z"))), unsafe=False)
    assert settled.texts["a"].text == "z"
    assert [one.fix.title for one in settled.applied] == ["abc is wrong", "xd is wrong"]
    assert not settled.state.findings


def test_a_fix_that_breaks_the_file_is_left_out_and_the_others_are_not():
    state, look = looker(
        "a b c d",
        replacing(("a", "1"), ("b", "!"), ("c", "3"), ("d", "4")),
        broken=lambda text: frozenset({"broken"} if "!" in text else ()),
    )
    settled = settle(state, look, unsafe=False)
    assert settled.texts["a"].text == "1 b 3 4"
    assert [one.fix.title for one in settled.refused] == ["b is wrong"]
    assert [finding.message for finding in settled.state.findings] == ["b is wrong"]


def test_what_was_broken_before_does_not_stop_a_fix():
    state, look = looker("a", replacing(("a", "1")), broken=lambda text: frozenset({"broken"}))
    assert settle(state, look, unsafe=False).texts["a"].text == "1"


def test_a_fix_that_does_not_take_its_finding_away_is_taken_back():
    state, look = looker("a b", replacing(("a", "aa"), ("b", "2")))
    settled = settle(state, look, unsafe=False)
    assert settled.texts["a"].text == "a 2"
    assert [one.fix.title for one in settled.refused] == ["a is wrong"]


def test_fixes_that_undo_each_other_come_to_an_end():
    state, look = looker("a", replacing(("a", "b"), ("b", "a")))
    settled = settle(state, look, unsafe=False)
    assert settled.texts["a"].text == "a"
    assert len(settled.applied) == 6
