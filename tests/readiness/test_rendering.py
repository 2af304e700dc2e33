"""``confguard readiness`` as text, Markdown and JSON, and its exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main
from tests.readiness.conftest import FILES

PLAN = """
title = "Ours"
[[phases]]
number = 1
title = "One"
owner = "Ops"
[[rows]]
id = "R1"
phase = 1
must = "DEBUG is false"
look = [{ probe = "setting", name = "DEBUG", equals = false }]
[[rows]]
id = "R2"
phase = 1
must = "the template has <b>all</b> keys"
look = [{ probe = "template-keys", keys = ["NONE"], required = true }]
mend = "add it"
[[rows]]
id = "R3"
phase = 1
kind = "manual"
must = "it answers"
command = "curl -f https://shop.example/"
expect = "200"
"""


@pytest.fixture
def readiness(repository, tmp_path):
    root = repository(FILES)
    plan = tmp_path / "ours.toml"
    plan.write_text(PLAN)

    def call(*arguments, code=1):
        done = CliRunner().invoke(main, ["readiness", str(root), "--plan", str(plan), *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_the_text_has_state_evidence_mend_and_command(readiness):
    page = readiness()
    assert "R1     ✓ passed  DEBUG is false [Ops]" in page
    assert "shop/settings.py:3" in page
    assert "R2     ✗ failed" in page and "NONE is missing" in page and "mend: add it" in page
    assert "run: curl -f https://shop.example/" in page and "expect: 200" in page
    assert page.rstrip().endswith("Total: 1 passed, 1 failed, 0 cannot tell, 1 manual.")


def test_the_json_has_the_same(readiness):
    data = json.loads(readiness("--format", "json"))
    assert data["totals"] == {"failed": 1, "cannot tell": 0, "manual": 1, "passed": 1}
    rows = {row["id"]: row for row in data["phases"][0]["rows"]}
    assert rows["R1"]["evidence"][0]["path"] == "shop/settings.py"
    assert (rows["R2"]["state"], rows["R2"]["mend"]) == ("failed", "add it")
    assert (rows["R3"]["static_state"], rows["R3"]["expect"]) == (None, "200")


def test_the_markdown_shows_what_failed_and_folds_the_rest(readiness):
    page = readiness("--format", "markdown")
    head, _, rest = page.partition("<details>")
    assert "| R2 |" in head and "| R1 |" not in head
    assert "| R1 |" in rest and "| R3 |" in rest
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("fail_on", "code"), [("failed", 1), ("cannot-tell", 1), ("manual", 1), ("never", 0)]
)
def test_fail_on_decides_the_exit_code(readiness, fail_on, code):
    readiness("--fail-on", fail_on, code=code)


def test_a_plan_or_a_stack_that_does_not_exist_is_a_usage_error(readiness):
    assert "there is no plan" in readiness("--plan", "none", code=2)
    assert "no stack is named" in readiness("--stack", "none", code=2)
