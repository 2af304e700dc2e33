"""Offsets, lines, columns and encodings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from confguard.source import SourceFile, decode

TEXTS = st.text(alphabet=st.sampled_from("ab \t\n\r\u00e9\u4e16\U0001f600"), max_size=60)


@given(TEXTS, st.integers(0, 60))
def test_a_position_leads_back_to_its_offset(text, offset):
    source = SourceFile("f", text)
    offset = min(offset, len(text))
    line, column = source.position(offset)
    assert source.offset(line, column) == offset
    assert text[:offset].count("\n") == line - 1


@given(TEXTS)
def test_the_lines_are_those_of_the_text(text):
    source = SourceFile("f", text)
    lines = text.split("\n")
    assert [source.line_text(i + 1) for i in range(len(lines))] == [line.rstrip("\r") for line in lines]
    assert source.line_text(0) == source.line_text(len(lines) + 1) == ""


def test_a_span_knows_its_text_lines_and_columns():
    source = SourceFile("a/b.txt", "one\n  two three\nfour")
    span = source.span(6, 9)
    assert (span.text, str(span)) == ("two", "a/b.txt:2:3")
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 3, 2, 6)
    assert source.line_span(2).text == "two three"
    assert source.span(4, 20).first_line().text == "  two three"
    assert span.sub(1, 99).text == "wo"


def test_columns_count_characters_not_bytes_and_a_byte_order_mark_is_no_character():
    source, problem = decode("f", "\ufeff\u00e9\u4e16: x\n".encode())
    assert problem is None
    assert source.position(source.text.index("x")) == (1, 5)


def test_line_endings_stay_as_they_are():
    source, _ = decode("f", b"a\r\nb\r\n")
    assert source.text == "a\r\nb\r\n"
    assert (source.line_text(2), source.line_count) == ("b", 2)


def test_utf_16_with_a_mark_is_read():
    assert decode("f", "a: 1\n".encode("utf-16"))[0].text == "a: 1\n"


def test_what_is_no_utf_8_is_read_as_latin_1_and_reported_at_the_first_wrong_byte():
    source, problem = decode("f", b"\xef\xbb\xbfa: 1\nname: caf\xe9\n")
    assert problem is not None
    assert str(problem.span) == "f:2:10"
    assert "0xe9" in problem.message
    assert source.line_text(2) == "name: caf\u00e9"


def test_a_binary_file_has_no_text():
    source, problem = decode("f", b"\x7fELF\0\0")
    assert source.text == ""
    assert problem is not None
    assert "NUL" in problem.message


@given(st.binary(max_size=200))
def test_any_bytes_can_be_decoded(data):
    source, problem = decode("f", data)
    assert problem is None or problem.span.file is source
