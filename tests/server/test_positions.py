"""Offsets and editor positions are each other's inverse, whatever the text and the unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confguard.server.positions import Positions

TEXT = "a: 🐘é\r\nb\rc\n\nlast 🐘"


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-16", 5), ("utf-8", 7), ("utf-32", 4)], ids=["16", "8", "32"]
)
def test_columns_are_counted_in_the_agreed_unit(encoding, column):
    positions = Positions(TEXT, encoding)
    offset = TEXT.index("é")
    assert positions.position(offset) == (0, column)
    assert positions.offset(0, column) == offset


def test_lines_end_as_in_the_protocol():
    positions = Positions(TEXT)
    assert [positions.position(TEXT.index(part))[0] for part in ("a", "b", "c", "last")] == [0, 1, 2, 4]


def test_what_lies_beyond_is_the_end():
    positions = Positions(TEXT)
    assert TEXT[: positions.offset(0, 99)] == "a: 🐘é"
    assert positions.offset(99, 0) == len(TEXT)
    assert positions.offset(-1, 5) == 0
    assert positions.position(999) == (4, 7)


def test_a_column_inside_of_a_character_is_one_of_its_ends():
    assert Positions("🐘x").offset(0, 1) in (0, 1)


@given(
    st.text(alphabet=st.sampled_from("aé🐘\r\n€"), max_size=30),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_positions_and_offsets_are_inverse(text, encoding):
    positions = Positions(text, encoding)
    for offset in range(len(text) + 1):
        if text[max(offset - 1, 0) : offset + 1] == "\r\n":
            continue  # between the two there is no position
        assert positions.offset(*positions.position(offset)) == offset
