import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.env import EnvFile, parse
from confguard.source import SourceFile

TEXT = """# A heading
DEBUG=False
export NAME = "x y"  # why
# SECRET_KEY=change-me
SINGLE='$HOME # kept'
PLAIN=a#b
PASS
DEBUG=True
"""


def read(text: str) -> EnvFile:
    return parse(SourceFile(".env", text))


def test_entries_have_the_places_of_key_value_and_line() -> None:
    entry = read(TEXT).get("NAME")
    assert entry is not None
    assert (entry.key_span.text, entry.value_span.text) == ("NAME", '"x y"')
    assert (entry.value, entry.line.text, entry.line.line) == ("x y", 'export NAME = "x y"  # why', 3)


def test_commented_out_assignments_are_documentation_and_not_active() -> None:
    file = read(TEXT)
    (entry,) = [entry for entry in file.entries if entry.commented]
    assert (entry.key, entry.value, entry.line.text) == ("SECRET_KEY", "change-me", "# SECRET_KEY=change-me")
    assert file.get("SECRET_KEY") is None


def test_the_last_of_several_entries_counts_and_all_are_visible() -> None:
    file = read(TEXT)
    entry = file.get("DEBUG")
    assert entry is not None and entry.value == "True"
    assert [found.line.line for found in file.duplicates()["DEBUG"]] == [2, 8]


def test_a_bad_line_is_a_problem_and_the_rest_is_read() -> None:
    file = read("A=1\nthis is no assignment\nB=2\n")
    assert [problem.span.line for problem in file.problems] == [2]
    assert [entry.key for entry in file.entries] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "python", "compose"),
    [
        ("A=x:$y", "x:$y", "x:$y"),
        ("A: b\n", None, "b"),
        ('A="a\\qb"\n', "a\\qb", "a\\qb"),
        ("A='it\\'s'\n", "it's", "it's"),
        ("A=a$$b\n", "a$$b", "a$b"),
        ("A=\n", "", ""),
    ],
)
def test_both_readings_of_a_line(text: str, python: str | None, compose: str | None) -> None:
    file = read(text)
    entry = file.get("A")
    assert (entry.value if entry else None) == python
    found = {entry.key: entry.literal for entry in file.compose}
    assert found.get("A") == compose


def test_docker_compose_refuses_a_file_that_python_dotenv_only_warns_about() -> None:
    file = read("A=1\nBAD KEY=2\nB=3\n")
    assert file.compose_problem is not None and file.compose_problem.span.line == 2
    assert file.get("B") is not None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="AB_=:'\"\\#$ \n\r\t{}-éx", max_size=50))
def test_any_text_is_read_as_python_dotenv_reads_it(text: str) -> None:
    from io import StringIO

    file = read(text)
    expected = dotenv_values(stream=StringIO(text, newline=""), interpolate=False)
    assert {entry.key: entry.value for entry in file.active} == dict(expected)
    for entry in file.entries:
        assert entry.key in entry.key_span.text or "'" in entry.key_span.text
        assert entry.line.start <= entry.key_span.start <= entry.value_span.end <= len(text)
