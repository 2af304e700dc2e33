"""Colour, links and width are decided from the environment and the stream, in a fixed order."""

from __future__ import annotations

import pytest

from confguard.reporters.terminal import DEFAULT_WIDTH, Options, terminal_options, wants_color


@pytest.mark.parametrize(
    ("environ", "is_tty", "option", "expected"),
    [
        ({}, True, "auto", True),
        ({}, False, "auto", False),
        ({"NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": ""}, True, "auto", True),
        ({"NO_COLOR": "0"}, True, "auto", False),
        ({"FORCE_COLOR": "1"}, False, "auto", True),
        ({"FORCE_COLOR": "0"}, False, "auto", False),
        ({"FORCE_COLOR": ""}, False, "auto", False),
        ({"CLICOLOR_FORCE": "1"}, False, "auto", True),
        ({"CLICOLOR_FORCE": "0"}, False, "auto", False),
        ({"CLICOLOR": "0"}, True, "auto", False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, "auto", False),
        ({"TERM": "dumb"}, True, "auto", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, "auto", True),
        ({"NO_COLOR": "1"}, False, "always", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
    ],
)
def test_the_first_that_speaks_decides_about_colour(environ, is_tty, option, expected):
    assert wants_color(environ, is_tty=is_tty, color=option) is expected


@pytest.mark.parametrize(
    ("environ", "is_tty", "columns", "expected"),
    [
        ({}, True, 80, 80),
        ({}, True, None, DEFAULT_WIDTH),
        ({}, False, 80, DEFAULT_WIDTH),
        ({"COLUMNS": "90"}, False, None, 90),
        ({"COLUMNS": "90"}, True, 80, 90),
        ({"COLUMNS": "0"}, True, 80, 80),
        ({"COLUMNS": "wide"}, True, 80, 80),
        ({"COLUMNS": "²"}, True, 80, 80),
        ({"COLUMNS": "3"}, True, 80, 40),
        ({"COLUMNS": "9" * 5000}, True, 80, 400),
    ],
)
def test_the_width_comes_from_columns_then_the_terminal(environ, is_tty, columns, expected):
    assert terminal_options(environ, is_tty=is_tty, columns=columns).width == expected


def test_links_need_a_terminal_with_colour():
    assert terminal_options({}, is_tty=True).links
    assert not terminal_options({"FORCE_COLOR": "1"}, is_tty=False).links
    assert not terminal_options({"NO_COLOR": "1"}, is_tty=True).links
    assert not terminal_options({"TERM": "linux"}, is_tty=True).links


def test_the_prefix_is_handed_on():
    assert terminal_options({}, is_tty=False, prefix="../") == Options(prefix="../")
