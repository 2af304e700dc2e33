"""Workflow commands, read back the way GitHub's runner reads its log."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.finding import Finding, Label, Severity
from confguard.reporters import FORMATS, render
from confguard.reporters.github import LONGEST_MESSAGE, MOST_PER_LEVEL, checkout_prefix
from confguard.reporters.job_summary import job_summary
from confguard.reporters.result import Report
from confguard.reporters.terminal import Options
from confguard.source import SourceFile
from tests.reporters.reporter_samples import BAD, REPORT, hostile_report
from tests.reporters.runner import read_line, refused


def runner_reads(line):
    """Return (command, properties, data) of a line of the log, or None."""
    found = read_line(line)
    return found and (found.name, found.properties, found.data)


def commands(report, **options):
    return [
        found
        for line in render("github", report, Options(**options)).split("\n")
        if (found := runner_reads(line))
    ]


def many(count, severity=Severity.ERROR):
    file = SourceFile("a.env", "".join(f"K{number}=1\n" for number in range(count)))
    findings = tuple(
        Finding(f"m{number}", Label(file.line_span(number + 1)), rule="r", severity=severity)
        for number in range(count)
    )
    return Report("1", Path("/x"), findings, files={"env": 1})


def test_every_finding_is_a_command_the_most_severe_first():
    found = commands(dataclasses.replace(REPORT, findings=tuple(reversed(REPORT.findings))))
    assert [name for name, _, _ in found] == ["error", "error", "warning", "warning", "notice"]


def test_a_command_says_where_and_what():
    name, properties, data = commands(REPORT)[0]
    assert name == "error"
    assert properties == {
        "file": ".env.example",
        "line": "1",
        "endline": "1",
        "col": "7",
        "endcolumn": "11",
        "title": "confguard: debug-in-production",
    }
    assert data.split("\n") == [
        ".env.example:1:7: DEBUG is on in production (delivered here)",
        "app/settings.py:3:1: read here",
        "compose.yaml:2:3: by this service",
        "stack: production",
        "note: the template is used as it is",
        "help: set DEBUG=false",
    ]


def test_a_span_over_several_lines_has_no_columns():
    file = SourceFile("a.yaml", "web:\n  image: x\n")
    finding = Finding("m", Label(file.span(0, 10)), rule="r", severity=Severity.INFO)
    ((_, properties, _),) = commands(Report("1", Path("/x"), (finding,)))
    assert properties["line"] == "1"
    assert properties["endline"] == "2"
    assert not {"col", "endcolumn"} & set(properties)


def test_columns_never_end_before_they_begin():
    file = SourceFile("a.yaml", "web:\n")
    finding = Finding("m", Label(file.span(2)), rule="r", severity=Severity.INFO)
    ((_, properties, _),) = commands(Report("1", Path("/x"), (finding,)))
    assert int(properties["endcolumn"]) >= int(properties["col"])


def test_findings_of_one_rule_on_one_line_share_a_command():
    report = many(1)
    other = dataclasses.replace(report.findings[0], message="again")
    ((_, _, data),) = commands(dataclasses.replace(report, findings=(*report.findings, other)))
    assert data == "a.env:1:1: m0\na.env:1:1: again"


def test_more_than_github_shows_are_counted_in_the_log():
    text = render("github", many(MOST_PER_LEVEL + 3), Options())
    assert text.endswith("confguard: 3 more errors only in this log, because GitHub annotates 10 per step.\n")
    assert len([line for line in text.splitlines() if runner_reads(line)]) == MOST_PER_LEVEL + 3
    assert "more" not in render("github", many(MOST_PER_LEVEL), Options())


def test_paths_are_relative_to_the_checkout():
    found = commands(REPORT, prefix="services/shop/")
    assert found[0][1]["file"] == "services/shop/.env.example"
    assert found[0][2].startswith("services/shop/.env.example:1:7: ")


@pytest.mark.parametrize(
    ("workspace", "root", "prefix"),
    [
        ("/home/runner/work/repo", "/home/runner/work/repo", ""),
        ("/home/runner/work/repo", "/home/runner/work/repo/services/shop", "services/shop/"),
        ("/home/runner/work/repo", "/elsewhere", ""),
        ("/home/runner/work/repo", "/home/runner/work/repository", ""),
        ("", "/elsewhere", ""),
    ],
)
def test_the_prefix_leads_from_the_workspace_to_the_root(workspace, root, prefix):
    assert checkout_prefix({"GITHUB_WORKSPACE": workspace}, Path(root)) == prefix


@pytest.mark.parametrize("name", sorted({*FORMATS} - {"github"}))
def test_no_other_format_gives_the_runner_a_command(name):
    for line in render(name, hostile_report(), Options()).splitlines():
        assert runner_reads(line) is None


def test_hostile_names_stay_inside_of_their_commands():
    found = commands(hostile_report())
    assert [name for name, _, _ in found] == ["error", "warning", "notice"]
    for _, properties, data in found:
        assert set(properties) <= {"file", "line", "endline", "col", "endcolumn", "title"}
        assert properties["title"] == "confguard: hostile"
        assert "%0A" in data, "what was written in the file is not taken for an escape"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"ab :,%\n\r[]#=|", "::", "##[", "::error ", "%0A", "error", "\u2028"]), max_size=12
    )
)
def test_no_path_or_message_becomes_a_command_of_its_own(parts):
    text = "".join(parts) or "x"
    file = SourceFile(text, f"{text}\n{text}\n")
    label = Label(file.span(0, len(text)), text)
    finding = Finding(text, label, (label,), (text,), text, rule="r", severity=Severity.ERROR)
    report = Report("1", Path("/x"), (finding,), files={"env": 1}, notes=(text,))
    for name in ("full", "concise", "json", "sarif"):
        assert not [line for line in render(name, report, Options()).splitlines() if runner_reads(line)]
    ((name, properties, _),) = commands(report)
    assert name == "error"
    assert properties["line"] == "1"
    assert len(render("github", report, Options()).splitlines()) == 1


def changed_report(changed):
    """Return the report of REPORT's first finding: `.env.example:1`, settings.py:3 and compose.yaml:2."""
    return dataclasses.replace(REPORT, findings=REPORT.findings[:1], changed=changed)


def test_an_annotation_stays_at_its_place_where_that_changed_too():
    changed = {".env.example": (range(1, 2),), "compose.yaml": (range(1, 9),)}
    ((_, properties, data),) = commands(changed_report(changed))
    assert (properties["file"], properties["line"]) == (".env.example", "1")
    assert "to be mended" not in data


def test_an_annotation_is_put_on_the_changed_line_and_says_where_to_mend():
    ((name, properties, data),) = commands(changed_report({"compose.yaml": (range(2, 3),)}))
    assert name == "error"
    assert properties == {
        "file": "compose.yaml",
        "line": "2",
        "endline": "2",
        "col": "3",
        "endcolumn": "7",
        "title": "confguard: debug-in-production",
    }
    assert data.split("\n")[:3] == [
        "compose.yaml:2:3: DEBUG is on in production (by this service)",
        ".env.example:1:7: to be mended here; delivered here",
        "app/settings.py:3:1: read here",
    ]


def test_what_changed_nowhere_is_annotated_at_its_place():
    ((_, properties, _),) = commands(changed_report({}))
    assert properties["file"] == ".env.example"


def test_a_message_is_cut_at_a_line_before_the_runner_cuts_it():
    first = REPORT.findings[0]
    long = dataclasses.replace(first, notes=tuple("x" * 90 + str(number) for number in range(99)))
    ((_, _, data),) = commands(dataclasses.replace(REPORT, findings=(long,)))
    assert 3900 < len(data) <= LONGEST_MESSAGE
    *kept, last = data.split("\n")
    assert last == "…"
    assert kept[-1].startswith("note: " + "x" * 90)
    assert kept[-1][-1].isdigit()


def test_every_place_is_one_that_the_runner_takes():
    for report in (REPORT, hostile_report()):
        for line in render("github", report, Options()).splitlines():
            assert refused(read_line(line)) == []


def test_the_job_summary_is_cut_at_a_line_and_says_so():
    report = many(500)
    summary = job_summary(report, most_bytes=5000)
    assert len(summary.encode()) <= 5000
    rows = [line for line in summary.splitlines() if line.startswith("| error |")]
    assert all(line.endswith(" |") for line in rows)
    assert summary.endswith(
        f"\n{500 - len(rows)} of 500 findings did not fit into this summary; the log has all.\n"
    )


def test_a_whole_job_summary_says_nothing_of_cutting():
    assert "did not fit" not in job_summary(many(500))


def test_the_job_summary_has_the_most_severe_first_and_counts():
    mixed = many(2, Severity.INFO).findings + many(1, Severity.ERROR).findings
    lines = job_summary(dataclasses.replace(many(1), findings=mixed)).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("| ")] == [
        "severity",
        "---",
        "error",
        "info",
        "info",
    ]
    assert "Found 1 error, 2 info in 1 file." in lines


def test_hostile_samples_hold_what_they_promise():
    assert runner_reads(BAD.splitlines()[2]) and runner_reads("x ##[error]y") and runner_reads(" ::error::y")
