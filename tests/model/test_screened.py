"""Every match of a screened pattern holds one of its words, so that the screen never hides one."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import confguard
from confguard.model.screened import Screened

PACKAGE = Path(confguard.__file__).parent


def screened() -> list[Screened]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if re.search(r"^_\w+ = Screened\($|^_\w+ = Screened\(re", path.read_text("utf-8"), re.MULTILINE):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            found += [one for one in vars(import_module(name)).values() if isinstance(one, Screened)]
    return found


@pytest.mark.parametrize("one", screened(), ids=lambda one: one.pattern.pattern[:40])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_each_match_holds_a_word(one, data):
    text = data.draw(st.from_regex(one.pattern))
    match = one.pattern.search(text)
    assert match is not None
    assert any(word in match[0] for word in one.words), f"the screen hides {match[0]!r}"


def test_the_answer_is_that_of_the_pattern():
    one = Screened(re.compile(r"\bsentry_sdk\b"), ("sentry_sdk",))
    texts = ("import sentry_sdk", "my_sentry_sdk", "import os", "")
    assert [one.is_in(text) for text in texts] == [True, False, False, False]
    assert one.search("import sentry_sdk").start() == 7


def test_there_are_screened_patterns_to_look_at():
    assert len(screened()) > 5
