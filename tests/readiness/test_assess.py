"""How a row gets its state: findings fail it, looks earn it a pass, the rest is open."""

from __future__ import annotations

import pytest

from confguard.finding import Label
from confguard.readiness import State
from confguard.readiness.outcome import failed, together
from confguard.source import SourceFile

ROW = '[[rows]]\nid = "A"\nphase = 1\nmust = "x"\n'
DEBUG = 'look = [{ probe = "setting", name = "DEBUG", equals = false }]\n'
COMMAND = 'command = "curl x"\n'


def look(options: str) -> str:
    return f"look = [{{ {options} }}]\n"


def test_a_pass_is_earned_by_a_place_in_the_files(answers_of):
    answer = answers_of(ROW + DEBUG)["A"]
    assert answer.state is State.PASSED
    (label,) = answer.outcome.evidence
    assert (label.span.path, label.span.line) == ("shop/settings.py", 3)


def test_a_finding_of_its_rules_fails_a_row_whose_look_says_otherwise(answers_of):
    compose = "services:\n  web:\n    image: acme/web:${VERSION:-latest}\n"
    row = ROW + 'rules = ["unpinned-image"]\n' + look('probe = "judged", things = ["compose"]')
    answer = answers_of(row, {"compose.prod.yaml": compose})["A"]
    assert answer.state is State.FAILED
    assert [finding.rule for finding in answer.findings] == ["unpinned-image"]
    weak = answers_of(row + 'fails-on = "error"\n', {"compose.prod.yaml": compose})["A"]
    assert weak.state is State.PASSED


def test_nothing_that_could_be_looked_at_is_no_pass(answers_of):
    row = ROW + look('probe = "judged", things = ["compose", "workflows"]')
    answer = answers_of(row)["A"]
    assert answer.state is State.CANNOT_TELL
    assert "workflows" in answer.outcome.text


def test_a_partial_row_whose_half_holds_stays_manual(answers_of):
    row = ROW + 'kind = "partial"\n' + COMMAND
    assert answers_of(row + DEBUG)["A"].half
    failed = answers_of(row + DEBUG, {".env.example": "SECRET_KEY=x\nDEBUG=true\nALLOWED_HOSTS=a\n"})["A"]
    assert failed.state is State.FAILED


def test_a_manual_row_is_manual(answers_of):
    answer = answers_of(ROW + 'kind = "manual"\n' + COMMAND)["A"]
    assert (answer.state, answer.half) == (State.MANUAL, False)


def test_all_looks_of_a_row_have_to_pass(answers_of):
    limit = '{ probe = "setting", name = "LIMIT", equals = 6 }'
    both = f'look = [{{ probe = "setting", name = "DEBUG", equals = false }}, {limit}]\n'
    answer = answers_of(ROW + both)["A"]
    assert answer.state is State.FAILED
    assert answer.outcome.text == "LIMIT is 5 in service web"


@pytest.mark.parametrize(
    ("options", "state", "said"),
    [
        ('name = "LIMIT", one_of = [4, 5]', State.PASSED, "LIMIT is 5"),
        ('name = "LIMIT", truthy = false', State.FAILED, "LIMIT is 5"),
        ('name = "SECRET_KEY", truthy = true', State.PASSED, "SECRET_KEY is set"),
        ('name = "ABSENT", equals = 1', State.FAILED, "ABSENT is not set"),
        ('name = "ABSENT", equals = 1, optional = true', State.PASSED, "ABSENT is not set"),
        ('name = "SESSION_COOKIE_HTTPONLY", equals = true', State.PASSED, "SESSION_COOKIE_HTTPONLY is True"),
        ('name = "PATHS", truthy = true', State.CANNOT_TELL, "PATHS is"),
    ],
)
def test_a_setting_is_judged_as_the_application_gets_it(answers_of, options, state, said):
    answer = answers_of(ROW + look(f'probe = "setting", {options}'))["A"]
    assert (answer.state, answer.outcome.text.startswith(said)) == (state, True), answer.outcome.text


@pytest.mark.parametrize(
    ("options", "state", "said"),
    [
        ('probe = "template-keys", keys = ["SECRET_KEY", "NONE|DEBUG"]', State.PASSED, "all 2 keys"),
        ('probe = "template-keys", keys = ["SECRET_KEY", "NONE"], required = true', State.FAILED, "NONE is"),
        ('probe = "template-values", values = { DEBUG = "False", SECRET_KEY = "*" }', State.PASSED, "all 2"),
        ('probe = "template-values", values = { EMPTY = "*" }', State.FAILED, "EMPTY is empty"),
        ('probe = "template-values", values = { DEBUG = "true" }', State.FAILED, "DEBUG is not true"),
        ('probe = "template-values", values = { NONE = "x" }, required = true', State.FAILED, "NONE is"),
    ],
)  # fmt: skip
def test_the_template_of_the_stack_is_what_counts(answers_of, options, state, said):
    answer = answers_of(ROW + look(options))["A"]
    assert (answer.state, answer.outcome.text.startswith(said)) == (state, True), answer.outcome.text


def test_without_a_template_nothing_can_be_told(answers_of):
    compose = "services:\n  web:\n    image: acme/web:1.2\n"
    row = ROW + look('probe = "template-keys", keys = ["A"]')
    answer = answers_of(row, {"compose.prod.yaml": compose, ".env.example": None})["A"]
    assert answer.state is State.CANNOT_TELL


def test_no_text_shows_a_secret(answers_of):
    answer = answers_of(ROW + look('probe = "setting", name = "SECRET_KEY", equals = "x"'))["A"]
    assert "change-me" not in answer.outcome.text


def test_looks_that_differ_in_their_services_are_one_sentence():
    label = Label(SourceFile("a", "x\n").span(0), "x")
    texts = ("no key in service web: x", "no key in services a and b: x", "no key in service web: x", "other")
    outcome = together(failed(text, [label]) for text in texts)
    assert outcome.text == "no key in services web, a and b: x; other"
