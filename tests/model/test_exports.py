"""What start scripts leave in the environment."""

from __future__ import annotations

import sys

import pytest

from confguard.model.exports import _without_here_documents, exports, inline_script
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile

GIVEN = {"SET": Known("given"), "EMPTY": Known(""), "OPEN": Unknown("nobody knows")}


def read(text):
    return exports(text, GIVEN, SourceFile("start.sh", text))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("export A=1\n", {"A": "1"}),
        ("export A='x y' B=\"$SET\"\n", {"A": "x y", "B": "given"}),
        ('export SET="${SET:-fallback}"\n', {"SET": "given"}),
        ('export NEW="${NEW:-fallback}"\n', {"NEW": "fallback"}),
        ('export EMPTY="${EMPTY:-fallback}"\n', {"EMPTY": "fallback"}),
        ("A=1\nexport A\n", {"A": "1"}),
        ("A=1\n", {}),
        ("SET=changed\n", {"SET": "changed"}),
        ('if [ -z "$NEW" ]; then\n  export NEW=fallback\nfi\n', {"NEW": "fallback"}),
        ('if [ -z "${SET}" ]; then\n  export SET=fallback\nfi\n', {"SET": "given"}),
        ('[ -z "$NEW" ] && export NEW=1\n', {"NEW": "1"}),
        ("declare -x A=1\n", {"A": "1"}),
        ("cat <<EOF\nexport A=1\nEOF\n", {}),
        ("# export A=1\n", {}),
        ("if true; then :; fi\nexport A=1\n", {"A": "1"}),
    ],
)
def test_what_is_decided_is_known(script, expected):
    found = read(script)
    assert {name: value.value for name, value in found.items()} == expected


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ('export OPEN="${OPEN:-fallback}"\n', "OPEN"),
        ("export A=$(cat /run/secrets/a)\n", "A"),
        ('if [ "$MODE" = x ]; then\n  export A=1\nfi\n', "A"),
        ('if [ -z "$OPEN" ]; then export OPEN=1; fi\n', "OPEN"),
        ("test -f /x && export A=1\n", "A"),
        ("setup() {\n  export A=1\n}\n", "A"),
        ("for one in a b; do export A=1; done\n", "A"),
        ("unset SET\n", "SET"),
    ],
)
def test_what_hangs_on_something_else_is_unknown(script, name):
    assert isinstance(read(script)[name], Unknown)


def test_a_default_of_a_script_is_told_as_one():
    value = read('export NEW="${NEW:-fallback}"\n')["NEW"]
    assert value.from_default
    assert value.span.text == 'NEW="${NEW:-fallback}"'


def test_the_text_of_an_inline_script_is_found():
    assert inline_script(("/bin/sh", "-c", "export A=1 && run")) == "export A=1 && run"
    assert inline_script(("bash", "-lc", "run")) == "run"
    assert inline_script(("gunicorn", "-c", "conf.py")) is None


def test_the_rest_of_the_line_that_opens_a_here_document_runs():
    assert set(read("cat <<A; export B=1\nexport C=1\nA\nexport D=1\n")) == {"B", "D"}


def test_what_opens_no_here_document_hides_nothing():
    assert set(read("echo $((1 << N))\nexport A=1\n")) == {"A"}
    assert set(read("cat <<< N\nexport A=1\nN\n")) == {"A"}


@pytest.mark.parametrize("end", ["", "A\n"])
def test_a_script_is_searched_for_here_documents_once(end):
    def steps(lines):
        seen = []

        def local(_frame, event, _argument):
            seen.append(event)
            return local

        previous = sys.gettrace()
        sys.settrace(lambda frame, event, argument: local)
        try:
            _without_here_documents("cat << A\n" * lines + end)
        finally:
            sys.settrace(previous)
        return len(seen)

    assert steps(400) < 2.2 * steps(200)
