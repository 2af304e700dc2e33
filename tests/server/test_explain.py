"""The name under a cursor, and how it is shown."""

from __future__ import annotations

import pytest

from confguard.model.value import Known, Step
from confguard.server.explain import hover, origins, word_at
from confguard.show.trace import Trace
from confguard.source import SourceFile

TEXT = 'services:\n  A_B: "${C}"\n  X-Frame-Options: Deny\n  lower: X\nSECURE_HSTS_SECONDS=1\n'


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("A_B", "A_B"),
        ("_B", "A_B"),
        ("Frame", "X-Frame-Options"),
        ("SECURE", "SECURE_HSTS_SECONDS"),
        ("services", None),
        ("lower", None),
        ("X\n", None),
        ("1\n", None),
    ],
)
def test_names_are_variables_settings_and_headers(part, found):
    word = word_at(TEXT, TEXT.index(part))
    assert (TEXT[slice(*word)] if word else None) == found


@pytest.mark.parametrize("offset", range(len(TEXT) + 1))
def test_any_place_can_be_asked(offset):
    word = word_at(TEXT, offset)
    assert word is None or word[0] <= offset <= word[1]


def test_what_a_file_holds_stays_inside_of_the_fence():
    file = SourceFile("a.env", "A=```\n# heading\n")
    trace = Trace("variable", "A", ("web",), Known("```", (step := (Step("here", file.span(0, 5)),))), step)
    lines = hover((trace,)).splitlines()
    assert lines[0] == "````text"
    assert lines[-1] == "````"
    assert not [line for line in lines[1:-1] if line.startswith("````")]


def test_the_origin_is_the_oldest_step_with_a_place_and_comes_once():
    file = SourceFile("a.env", "A=1\nB=2\n")
    new, old = Step("new", file.span(0, 3)), Step("old", file.span(4, 7))
    steps = (new, old, Step("nowhere"))
    trace = Trace("variable", "A", ("web",), Known("1", steps), steps)
    assert [span.text for span in origins((trace, trace))] == ["B=2"]
