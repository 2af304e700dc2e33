"""Values of files that were given by hand stay out of the texts of findings."""

from __future__ import annotations

import pytest

from confguard.finding import Edit, Finding, Fix, Label
from confguard.reporters.conceal import concealer
from confguard.source import SourceFile

VALUES = ("postgres", "hunter2-x", "mail.shop.example", "zebra", "true", "8000")
SECRETS = ("zebra",)


def hidden(text, private=False):
    span = SourceFile(".env", "A=1\n", private=private).span(0, 3)
    finding = Finding(text, Label(span, text), (Label(span, text),), (text,), text)
    return concealer(VALUES, SECRETS)(finding)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the host `mail.shop.example` is none", "the host `<hidden>` is none"),
        ("mail.shop.example is none", "<hidden> is none"),
        ("service postgres has `postgres`", "service postgres has `<hidden>`"),
        ("the password zebra", "the password <hidden>"),
        ('bool("true") and 8000', 'bool("true") and 8000'),
        ("gives `' hunter2-x'`", "gives `'<hidden>'`"),
        ("zebras are no secret", "zebras are no secret"),
    ],
)
def test_values_are_hidden_in_every_text(text, expected):
    found = hidden(text)
    assert {found.message, found.primary.text, found.related[0].text, *found.notes, found.help} == {expected}


def test_a_fix_of_such_a_file_is_not_offered():
    span = SourceFile(".env", "A=1\n", private=True).span(0, 3)
    fix = Fix("x", (Edit(span, "B"),), safe=True)
    assert concealer((), ())(Finding("x", Label(span), fixes=(fix,))).fix is None
