"""JSON and SARIF hold to their schemas and say everything that readers of them need."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from confguard.finding import Finding, Label, Severity
from confguard.reporters import render, sarif
from confguard.reporters.job_summary import job_summary
from confguard.reporters.result import Report, RuleInfo
from confguard.reporters.terminal import Options
from confguard.source import SourceFile
from tests.reporters.reporter_samples import BAD, REPORT, hostile_report

DATA = Path(__file__).parent.parent / "data"
EMPTY = Report("1", Path("/x"))


@cache
def schema(name):
    if name == "sarif":
        found = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    else:
        found = json.loads(
            resources.files("confguard.reporters").joinpath("json_v1.schema.json").read_text("utf-8")
        )
    kind = jsonschema.validators.validator_for(found)
    kind.check_schema(found)
    return kind(found, format_checker=kind.FORMAT_CHECKER)


def closed(node):
    """Return a schema in which an object may have no key but the described ones."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: closed(value) for key, value in node.items()}
    if "properties" in copy and isinstance(copy["properties"], dict) and copy.get("type") == "object":
        copy.setdefault("additionalProperties", False)
    return copy


@pytest.mark.parametrize("report", [REPORT, EMPTY, hostile_report()], ids=["findings", "empty", "hostile"])
@pytest.mark.parametrize("name", ["json", "sarif"])
def test_documents_hold_to_their_schema_and_are_ascii(name, report):
    text = render(name, report, Options(prefix="sub dir/"))
    assert text.isascii()
    errors = [error.message for error in schema(name).iter_errors(json.loads(text))]
    assert not errors


def test_the_json_schema_describes_every_key():
    described = closed(schema("json").schema)
    jsonschema.validate(json.loads(render("json", REPORT, Options())), described)


def test_json_has_the_primary_place_first_and_counts_from_one():
    finding = json.loads(render("json", REPORT, Options()))["findings"][0]
    assert finding["labels"][0] == {
        "path": ".env.example",
        "start": {"line": 1, "column": 7},
        "end": {"line": 1, "column": 11},
        "text": "delivered here",
    }
    assert finding["fingerprint"] == REPORT.findings[0].fingerprint
    assert finding["fix"] == {"title": "write false", "safe": True}
    assert finding["stacks"] == ["production"]


def test_json_keeps_paths_that_programs_must_open():
    file = SourceFile("dir/na\tme é.env", "A=1\n")
    finding = Finding("m", Label(file.span(0, 1)), rule="r", severity=Severity.INFO)
    document = json.loads(render("json", Report("1", Path("/x"), (finding,)), Options()))
    assert document["findings"][0]["labels"][0]["path"] == "dir/na\tme é.env"


def run(report=REPORT, **options):
    return json.loads(render("sarif", report, Options(**options)))["runs"][0]


def test_every_rule_of_a_result_is_described_with_what_github_needs():
    log = run()
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]):
            assert text
        assert rule["help"]["markdown"]
        assert {"tags", "precision", "problem.severity"} <= set(rule["properties"])


def test_only_security_rules_become_security_alerts():
    rules = {rule["id"]: rule["properties"] for rule in run()["tool"]["driver"]["rules"]}
    assert rules["debug-in-production"]["security-severity"] == "8.0"
    assert rules["published-datastore-port"]["security-severity"] == "5.5"
    assert "security-severity" not in rules["proxy-port"]


def test_rules_that_found_nothing_are_described_too():
    assert "quiet-rule" in [rule["id"] for rule in run()["tool"]["driver"]["rules"]]


def test_every_result_has_one_place_on_one_line_and_a_stable_identity():
    file = SourceFile("a.yaml", "web:\r\n  image: x\r\n")
    finding = Finding("m", Label(file.span(0, 12)), rule="r", severity=Severity.INFO)
    (result,) = run(dataclasses.replace(REPORT, findings=(finding,)))["results"]
    (location,) = result["locations"]
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 5}
    assert location["physicalLocation"]["region"] == region
    assert result["partialFingerprints"] == {"confguard/v1": finding.fingerprint}


def test_other_places_are_linked_in_the_message_and_form_a_flow_that_ends_at_the_primary_place():
    result = run()["results"][0]
    assert [place["id"] for place in result["relatedLocations"]] == [1, 2]
    assert (
        "[app/settings.py:3](1): read here\n[compose.yaml:2](2): by this service" in result["message"]["text"]
    )
    (flow,) = result["codeFlows"]
    uris = [
        step["location"]["physicalLocation"]["artifactLocation"]["uri"]
        for step in flow["threadFlows"][0]["locations"]
    ]
    assert uris == ["app/settings.py", "compose.yaml", ".env.example"]


def test_a_message_makes_no_links_of_its_own():
    for result in run(hostile_report())["results"]:
        text = result["message"]["text"]
        assert text.count("](1)") - text.count("\\](1)") == 1, "only the link to the related place"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.yaml", "a%20b/%C3%BC%23%3F.yaml"),
        ("x%20:y.env", "x%2520%3Ay.env"),
        ("\udcff.env", "%FF.env"),
        ("\ud800.env", "%ED%A0%80.env"),
        ("a\nb", "a%0Ab"),
    ],
)
def test_paths_are_relative_references(path, uri):
    file = SourceFile(path, "A=1\n")
    finding = Finding("m", Label(file.span(0, 1)), rule="r", severity=Severity.INFO)
    (result,) = run(dataclasses.replace(REPORT, findings=(finding,)), prefix="sub/")["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": f"sub/{uri}", "uriBaseId": "%SRCROOT%"}


def test_what_github_does_not_take_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    log = run()
    assert [result["level"] for result in log["results"]] == ["error", "error", "warning"]
    notes = [note["message"]["text"] for note in log["invocations"][0]["toolExecutionNotifications"]]
    assert "2 findings left out: the format takes 3." in notes


def test_texts_and_lists_keep_to_the_limits_of_github():
    file = SourceFile("a", "A=1\n")
    labels = [Label(file.span(0, 1), str(number)) for number in range(150)]
    finding = Finding("m", labels[0], tuple(labels), rule="r-x", severity=Severity.INFO)
    rule = RuleInfo(
        "r-x",
        "env",
        "s" * 2000,
        Severity.INFO,
        REPORT.rules["proxy-port"].confidence,
        tags=tuple("abcdefghijklm"),
    )
    log = run(dataclasses.replace(REPORT, findings=(finding,), rules={"r-x": rule}))
    described = log["tool"]["driver"]["rules"][0]
    assert len(described["shortDescription"]["text"]) == 1024
    assert len(described["properties"]["tags"]) == 10
    assert len(log["results"][0]["relatedLocations"]) == 100


def test_the_hostile_text_of_a_message_is_shown_escaped():
    assert BAD not in run(hostile_report())["results"][0]["message"]["text"]
    assert "\\x1b[31m\\r\\n::error" in run(hostile_report())["results"][0]["message"]["text"]


def test_gitlab_gets_every_field_that_it_reads_and_distinct_fingerprints():
    issues = json.loads(render("gitlab", REPORT, Options(prefix="shop/")))
    assert len(issues) == len(REPORT.findings)
    for issue, finding in zip(issues, REPORT.findings, strict=True):
        assert issue["description"].startswith(f"{finding.rule}: ")
        assert issue["check_name"] == finding.rule
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"].startswith("shop/")
        assert issue["location"]["positions"]["begin"]["line"] == finding.primary.span.line
    twice = dataclasses.replace(REPORT, findings=(REPORT.findings[0],) * 3)
    again = [issue["fingerprint"] for issue in json.loads(render("gitlab", twice, Options()))]
    assert len(set(again)) == 3
    assert again[0] == REPORT.findings[0].fingerprint


def test_junit_is_well_formed_has_a_case_for_each_finding_and_counts_them():
    for report in (REPORT, hostile_report()):
        root = ElementTree.fromstring(render("junit", report, Options()))
        cases = root.findall("testsuite/testcase")
        assert len(cases) == len(report.findings) == int(root.attrib["failures"])
        assert all(case.find("failure") is not None for case in cases)
        for suite in root:
            assert int(suite.attrib["tests"]) == len(suite)


def test_junit_of_a_clean_run_has_a_case_that_passes():
    root = ElementTree.fromstring(render("junit", EMPTY, Options()))
    (case,) = root.findall("testsuite/testcase")
    assert (case.attrib["name"], list(case)) == ("No errors found", [])


def test_rdjson_counts_columns_in_bytes():
    file = SourceFile("é.env", "NAME=é€x\n")
    finding = Finding("m", Label(file.span(7, 8)), rule="r", severity=Severity.WARNING)
    document = json.loads(render("rdjson", Report("1", Path("/x"), (finding,)), Options()))
    (diagnostic,) = document["diagnostics"]
    place = {"start": {"line": 1, "column": 11}, "end": {"line": 1, "column": 12}}
    assert diagnostic["location"] == {"path": "é.env", "range": place}
    assert (diagnostic["severity"], diagnostic["code"]) == ("WARNING", {"value": "r"})


def test_rdjson_suggests_a_safe_fix_of_the_same_file_only():
    suggested = [
        diagnostic.get("suggestions")
        for diagnostic in json.loads(render("rdjson", REPORT, Options()))["diagnostics"]
    ]
    for finding, suggestions in zip(REPORT.findings, suggested, strict=True):
        assert bool(suggestions) == bool(finding.fix and finding.fix.safe)


def test_markdown_is_the_table_of_the_job_summary():
    assert render("markdown", REPORT, Options()) == job_summary(REPORT)
