"""Every format renders the same findings to exactly the recorded text."""

from __future__ import annotations

import dataclasses

import pytest

from confguard.reporters import FORMATS, render
from confguard.reporters.job_summary import job_summary
from confguard.reporters.terminal import Options
from tests.reporters.record_golden import GOLDEN, outputs
from tests.reporters.reporter_samples import REPORT, SECRETS, hostile_report


@pytest.mark.parametrize("name", sorted(outputs()))
def test_output_is_exactly_the_recorded_one(name):
    assert outputs()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_recorded_output_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(outputs())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_rendering_twice_gives_the_same(name):
    assert render(name, REPORT, Options()) == render(name, REPORT, Options())


@pytest.mark.parametrize("name", sorted(outputs()))
def test_no_secret_value_is_in_any_output(name):
    text = outputs()[name]
    assert not [secret for secret in (*SECRETS, "opensesame") if secret in text]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_path_of_this_machine_is_in_any_output(name):
    assert "/home/someone" not in render(name, REPORT, Options())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_report_without_findings_renders(name):
    text = render(name, dataclasses.replace(REPORT, findings=(), notes=()), Options())
    assert text.endswith("\n") or text == ""


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_hostile_text_comes_out_without_anything_that_acts(name):
    text = render(name, hostile_report(), Options())
    assert not [char for char in text if char != "\n" and not char.isprintable()]
    text.encode("utf-8")


def test_an_unknown_format_is_a_key_error():
    with pytest.raises(KeyError):
        render("nope", REPORT, Options())


def test_the_job_summary_of_hostile_text_has_no_markup_of_its_own():
    summary = job_summary(hostile_report())
    rows = [line for line in summary.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 3
    for row in rows:
        assert row.count("|") == 5
        assert set(row.replace("<br>", "")).isdisjoint("`<>[]*_@\\")
