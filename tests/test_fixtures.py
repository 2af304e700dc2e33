"""Whole products: every finding in them is expected, and nothing else is found.

``CONFGUARD_UPDATE=1 pytest tests/test_fixtures.py`` writes the expectations anew; read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from confguard import run
from confguard.config import Settings
from confguard.reporters import render
from confguard.reporters.terminal import Options

FIXTURES = Path(__file__).parent.parent / "fixtures"
PRODUCTS = sorted(path.parent.name for path in FIXTURES.glob("*/confguard.toml"))


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_has_exactly_the_expected_findings(name):
    report = run.check(FIXTURES / name, Settings()).report
    concise = render("concise", report, Options()).splitlines()[: len(report.findings)]
    actual = "".join(f"{line}\n" for line in concise)
    expected = FIXTURES / f"{name}.expected.txt"
    if os.environ.get("CONFGUARD_UPDATE"):
        expected.write_text(actual, encoding="utf-8")
    assert actual == expected.read_text(encoding="utf-8")


def test_there_is_a_product_with_findings_in_three_files_and_a_clean_one():
    assert (FIXTURES / "clean.expected.txt").read_text() == ""
    findings = run.check(FIXTURES / "sample", Settings()).report.findings
    assert max(len({label.span.path for label in finding.labels}) for finding in findings) >= 3


def test_nothing_of_a_secret_is_in_any_output_of_the_sample():
    report = run.check(FIXTURES / "sample", Settings()).report
    for form in ("full", "concise", "json", "github", "sarif"):
        assert "not-a-real-key-only-a-sample" not in render(form, report, Options())
