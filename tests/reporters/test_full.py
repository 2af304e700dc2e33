"""The layout of the full format: carets, files, gaps, cutting, colour, links, escaping."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.finding import Finding, Label, Severity
from confguard.reporters.full import MOST_LABELS, render, render_finding
from confguard.reporters.result import Report, StackInfo
from confguard.reporters.terminal import Options
from confguard.reporters.text import visible_character, width
from confguard.source import SourceFile
from tests.reporters.reporter_samples import REPORT, at

EMPTY = Report("1", Path("/x"), files={"compose": 1})


def show(primary, *related, options=None, **fields):
    finding = Finding("message", primary, related, rule="rule", severity=Severity.ERROR, **fields)
    return render_finding(finding, EMPTY, options or Options())


def block(text):
    return dedent(text).lstrip("\n")


def test_one_place_without_words_has_only_carets():
    file = SourceFile("a.env", "A=1\n")
    assert show(Label(at(file, "A"))) == block(
        """
        error[rule]: message
         --> a.env:1:1
          |
        1 | A=1
          | ^
        """
    )


def test_line_numbers_of_all_files_share_one_gutter():
    first, second = SourceFile("a", "x\n"), SourceFile("b", "\n" * 99 + "y\n")
    assert show(Label(at(first, "x")), Label(at(second, "y"), "here")) == block(
        """
        error[rule]: message
           --> a:1:1
            |
          1 | x
            | ^
            |
           ::: b:100:1
            |
        100 | y
            | - here
        """
    )


def test_labels_in_one_file_share_a_snippet_with_gaps_and_single_lines_between_are_shown():
    file = SourceFile("a", "one\ntwo\nthree\nfour\nfive\nsix\n")
    text = show(Label(at(file, "one")), Label(at(file, "three"), "t"), Label(at(file, "six"), "s"))
    assert text == block(
        """
        error[rule]: message
         --> a:1:1
          |
        1 | one
          | ^^^
        2 | two
        3 | three
          | ----- t
        ...
        6 | six
          | --- s
        """
    )


def test_a_place_before_the_primary_one_is_shown_in_the_files_order_but_the_header_names_the_primary():
    file = SourceFile("a", "one\ntwo\n")
    text = show(Label(at(file, "two"), "p"), Label(at(file, "one"), "r"))
    assert " --> a:2:1\n" in text
    assert text.index("--- r") < text.index("^^^ p")


def test_several_labels_on_one_line_hang_below_each_other():
    file = SourceFile("a", "alpha beta gamma\n")
    labels = (
        Label(at(file, "alpha"), "first"),
        Label(at(file, "beta"), "second"),
        Label(at(file, "gamma"), "third"),
    )
    assert show(labels[1], labels[0], labels[2]) == block(
        """
        error[rule]: message
         --> a:1:7
          |
        1 | alpha beta gamma
          | ----- ^^^^ ----- third
          | |     |
          | |     second
          | first
        """
    )


def test_overlapping_labels_never_share_a_row_of_words():
    file = SourceFile("a", "alpha beta\n")
    assert show(Label(file.span(0, 10), "all"), Label(at(file, "beta"), "a part")) == block(
        """
        error[rule]: message
         --> a:1:1
          |
        1 | alpha beta
          | ^^^^^^^^^^
          | |     |
          | |     a part
          | all
        """
    )


def test_the_same_label_twice_is_shown_once():
    file = SourceFile("a", "x\n")
    label = Label(at(file, "x"), "words")
    assert show(label, label, label).count("words") == 1


def test_a_span_over_several_lines_shows_its_first_and_last_line():
    file = SourceFile("a.yaml", "web:\n  image: x\n  a: 1\n  ports: []\nend: 1\n")
    assert show(Label(file.span(0, file.text.index("end")), "this service")) == block(
        """
        error[rule]: message
         --> a.yaml:1:1
          |
        1 | web:
          | ^^^^ this service
        ...
        4 |   ports: []
          |   ^^^^^^^^^ ... to here
        """
    )


def test_the_less_indented_line_above_the_primary_place_is_shown():
    file = SourceFile("a.yaml", "web:\n  image: x\n")
    assert "1 | web:\n2 |   image: x\n" in show(Label(at(file, "image")))


def test_an_equally_indented_line_above_is_not_shown():
    file = SourceFile("a.yaml", "a: 1\nimage: x\n")
    assert "1 |" not in show(Label(at(file, "image")))


def test_an_empty_span_has_one_caret_even_at_the_end_of_the_line_or_in_an_empty_file():
    file = SourceFile("a", "ab\n")
    assert "1 | ab\n  |   ^ here\n" in show(Label(file.span(2), "here"))
    assert "1 |\n  | ^ here\n" in show(Label(SourceFile("b", "").span(0), "here"))
    assert "2 |\n  | ^ here\n" in show(Label(SourceFile("b", "x\n").span(2), "here"))


@pytest.mark.parametrize(
    ("line", "target", "carets"),
    [
        ("日本 = x", "x", "       ^"),
        ("日本 = x", "本", "  --".replace("-", "^")),
        ("cafe\u0301 x", "x", "     ^"),
        ("😀 x", "x", "   ^"),
        ("\tx", "x", "    ^"),
        ("a\tx", "x", "     ^"),
        ("\x1b[0m x", "x", "        ^"),
        ("\u202e x", "x", "       ^"),
        ("각 x", "x", "   ^"),
        ("\u1100\u1161 x", "x", "   ^"),
    ],
)
def test_carets_stand_below_their_text_in_terminal_cells(line, target, carets):
    file = SourceFile("a", line + "\n")
    lines = show(Label(at(file, target))).splitlines()
    assert lines[4] == f"  | {carets}"
    shown = lines[3].removeprefix("1 | ")
    before = shown[: shown.rindex(target)]
    assert width(before) == len(carets) - len(carets.lstrip())


@pytest.mark.parametrize("width_", [40, 60, 80])
@pytest.mark.parametrize("place", [0, 5, 35, 150, 290, 299])
def test_long_lines_are_cut_around_the_place_to_the_width(width_, place):
    text = "".join(chr(ord("a") + index % 26) for index in range(300))
    file = SourceFile("a", text + "\n")
    lines = show(Label(file.span(place, place + 1), "words"), options=Options(width=width_)).splitlines()
    source, carets = lines[3], lines[4]
    assert len(source) <= width_
    assert "…" in source
    assert source[carets.index("^")] == text[place]


def test_wide_characters_at_the_cut_keep_the_carets_right():
    text = "日" * 60 + "X" + "本" * 60
    for shift in ("", "a"):
        file = SourceFile("a", shift + text + "\n")
        lines = show(Label(at(file, "X"), "here"), options=Options(width=50)).splitlines()
        before = lines[3][: lines[3].index("X")]
        assert width(before) == lines[4].index("^")
        assert width(lines[3]) <= 50


def test_a_line_that_no_one_wrote_is_hidden_and_quick():
    file = SourceFile("a", "://:" * 100_000 + "x\n")
    text = show(Label(file.span(200_000, 200_004), "here"))
    assert "1 | •••\n  | ^^^ here\n" in text


def test_more_places_than_people_read_are_counted_instead():
    file = SourceFile("a", "".join(f"line{number}\n" for number in range(40)))
    labels = [Label(file.line_span(number), f"<{number}>") for number in range(1, 31)]
    text = show(*labels)
    assert f"<{MOST_LABELS}>" in text
    assert f"<{MOST_LABELS + 1}>" not in text
    assert f"= note: and {30 - MOST_LABELS} more places; the json format has all\n" in text


def test_stacks_come_before_notes_and_help():
    file = SourceFile("a", "x\n")
    text = show(Label(at(file, "x")), notes=("fact",), help="mend", stacks=tuple("abcdef"))
    assert text.endswith("  |\n  = note: stacks: a, b, c, d, e, f\n  = note: fact\n  = help: mend\n")


def test_a_masked_value_keeps_the_carets_of_what_follows():
    file = SourceFile("compose.yaml", "a: {PASSWORD: hunter2, HOST: db}\n")
    lines = show(Label(at(file, "HOST"), "here"), Label(at(file, "ter2"), "value")).splitlines()
    assert lines[3] == "1 | a: {PASSWORD: •••, HOST: db}"
    assert lines[4] == "  |               ---  ^^^^ here"


def test_without_colour_there_is_no_escape_and_with_it_the_text_is_the_same():
    plain = render(REPORT, Options())
    colored = render(REPORT, Options(color=True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


@pytest.mark.parametrize(
    ("severity", "code"), [(Severity.ERROR, "31"), (Severity.WARNING, "33"), (Severity.INFO, "34")]
)
def test_each_severity_has_its_colour(severity, code):
    file = SourceFile("a", "x\n")
    finding = Finding("m", Label(at(file, "x")), rule="r", severity=severity)
    text = render_finding(finding, EMPTY, Options(color=True))
    assert text.startswith(f"\x1b[1;{code}m{severity.label}[r]\x1b[0m: ")
    assert f"\x1b[1;{code}m^\x1b[0m" in text


def test_the_rule_is_a_link_only_where_its_page_is_known_and_links_are_allowed():
    link = "\x1b]8;;https://example.org/rules/proxy-port\x1b\\proxy-port\x1b]8;;\x1b\\"
    assert link in render(REPORT, Options(color=True, links=True))
    assert link not in render(REPORT, Options(color=True))
    assert "error[accent]" not in render(REPORT, Options(color=True, links=True))


def test_the_address_of_a_link_cannot_end_it():
    rule = dataclasses.replace(REPORT.rules["proxy-port"], url="https://x/\x1b\\\x07 é")
    report = dataclasses.replace(REPORT, rules={"proxy-port": rule})
    assert "https://x/%1B%5C%07%20%C3%A9\x1b\\" in render(report, Options(color=True, links=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"files": {"compose": 1}}, "All checks passed: 1 file."),
        (
            {"files": {"compose": 3, "env": 1}, "stacks": (StackInfo("a", "b", ()),), "suppressed": 2},
            "All checks passed: 4 files and 1 stack (2 suppressed).",
        ),
        ({"files": {}}, "Nothing was checked: no Compose, nginx, Django or env file was recognised."),
    ],
)
def test_the_last_line_of_a_clean_run_says_what_was_checked(changes, expected):
    assert render(dataclasses.replace(EMPTY, **changes), Options()) == expected + "\n"


def test_a_path_gets_the_prefix_and_is_escaped():
    file = SourceFile("a\x1b[2J\nb", "x\n")
    assert " --> ../a\\x1b[2J\\nb:1:1\n" in show(Label(at(file, "x")), options=Options(prefix="../"))


ANYTHING = st.text(st.characters(), max_size=60)


@settings(max_examples=150, deadline=None)
@given(
    ANYTHING,
    ANYTHING,
    ANYTHING,
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=4),
)
def test_no_text_of_a_repository_puts_a_control_character_into_the_output(path, text, words, places):
    file = SourceFile(path, text)
    spans = [file.span(min(*pair, len(text)), min(max(pair), len(text))) for pair in places]
    primary, *related = [Label(span, words) for span in spans]
    finding = Finding(
        words, primary, tuple(related), (words,), words, (words,), rule="r", severity=Severity.INFO
    )
    report = Report("1", Path("/x"), (finding,), files={"env": 1}, notes=(words,))
    output = render(report, Options(width=50))
    assert all(char == "\n" or visible_character(char) == char for char in output)
    assert "##[" not in output
