"""Where a shell cannot parse a recipe line; what dash and bash said is in the expectations."""

import pytest

from confguard.model.recipe_syntax import parenthesis_in_word


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("ls *.(a|b)", "ls *."),
        ("x=$$(ls -t b/*.(p|s) | head)", "x=$$(ls -t b/*."),
        (r"echo select\ count(1)", r"echo select\ count"),
        ('echo "a (b)" c(d)', 'echo "a (b)" c'),
        ('echo "$$(ls *.(a|b))"', 'echo "$$(ls *.'),
        ("ls $(DIR)/*.(a|b)", "ls $(DIR)/*."),
    ],
)
def test_a_parenthesis_in_a_word_is_found(text, before):
    place = parenthesis_in_word(text)
    assert place is not None and text[:place] == before


@pytest.mark.parametrize(
    "text",
    [
        "ls *.a *.b",
        "ls '*.(a|b)' \"*.(a|b)\"",
        "ready() { true; }; ready",
        "ready () { true; }",
        "(cd a && b); (c)",
        "echo $$((1 + (2)))",
        "echo $(subst a(b),c,$(X)) ${X}",
        "echo $${X:-a(b)}",
        "a=(b c)",
        "true # see f(x)",
        r"echo f\(x\)",
        "echo 'unclosed f(x)",
        "",
        "$",
        "$$(",
        "$((",
    ],
)
def test_other_parentheses_are_not(text):
    assert parenthesis_in_word(text) is None
