"""Counts per rule."""

from __future__ import annotations

import dataclasses
import json

from click.testing import CliRunner

from confguard.cli import main
from confguard.finding import Fix
from confguard.reporters.statistics import render, statistics
from confguard.reporters.terminal import Options
from tests.reporters.reporter_samples import FINDINGS, REPORT

SAFE, UNSAFE = Fix("a", (), safe=True), Fix("b", (), safe=False)


def report(*findings):
    return dataclasses.replace(REPORT, findings=findings)


def test_the_most_severe_and_then_the_most_frequent_come_first():
    debug, secret, port, *_ = (dataclasses.replace(finding, fixes=()) for finding in FINDINGS)
    rows = statistics(report(port, debug, secret, secret))
    assert [(row["rule"], row["count"]) for row in rows] == [
        ("secret-key-default", 2),
        ("debug-in-production", 1),
        ("published-datastore-port", 1),
    ]


def test_marks_say_how_much_can_be_fixed():
    port = FINDINGS[2]
    for fixes, mark in (
        (((SAFE,), (SAFE, UNSAFE)), "[*]"),
        (((SAFE,), ()), "[-]"),
        (((UNSAFE,), ()), "[?]"),
        (((), ()), "[ ]"),
    ):
        text = render(report(*(dataclasses.replace(port, fixes=one) for one in fixes)), Options())
        assert text.startswith(f"2  warning  {mark}  published-datastore-port  Finds published"), text


def test_lines_fit_the_width_and_the_summary_comes_last():
    lines = render(REPORT, Options(width=40)).splitlines()
    assert all(len(line) <= 40 for line in lines if "warning  [" in line)
    assert lines[-1].startswith("Found ")


def test_the_command_shows_them_instead_of_findings(repository):
    root = repository({"compose.yaml": "services:\n  web:\n    image: acme/web:${VERSION:-latest}\n"})

    def check(*arguments):
        return CliRunner().invoke(main, ["check", str(root), "--statistics", *arguments])

    text = check()
    assert text.exit_code == 1, "the exit code stays"
    assert "1  warning  [ ]  unpinned-image" in text.stdout
    assert "-->" not in text.stdout
    (row,) = [row for row in json.loads(check("--output-format", "json").stdout) if row["count"]]
    assert row["rule"] == "unpinned-image"
    sarif = root / "x.sarif"
    assert "unpinned-image" in check("--output-format=full", f"--output-format=sarif:{sarif}").stdout
    assert json.loads(sarif.read_text(encoding="utf-8"))["version"] == "2.1.0"
    refused = check("--output-format", "github")
    assert refused.exit_code == 2
    assert "--statistics has no form in github" in refused.output
