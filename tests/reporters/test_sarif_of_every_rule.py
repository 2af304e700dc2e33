"""A SARIF log with findings of every rule, against the schema and GitHub's documented limits.

Limits: docs.github.com, "SARIF support for code scanning", "Understanding file and result limits".
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest

from confguard import run
from confguard.cards import examples, load_cards
from confguard.config import Settings
from confguard.reporters import render
from confguard.reporters.result import Report
from confguard.reporters.sarif import MOST_RESULTS
from confguard.reporters.terminal import Options
from confguard.run.rule_facts import rule_info
from tests.conftest import write_files
from tests.reporters.test_machine_formats import schema

CARDS = load_cards()
UNHEARD = {"internal-error"}  # no input is known to make a rule crash
MOST_BYTES = 10 * 1000 * 1000


def findings_of(card, folder: Path, before: str = ""):
    """Return what a rule says of its card's first bad example, with a text put before each file."""
    (example, *_) = examples(card, "Bad")
    files = {
        name: text if text.startswith("#!") or name.endswith(".json") else before + text
        for name, text in example.files.items()
    }
    alone = "run" not in card.reads  # a rule about the run needs the others to have run
    done = run.check(write_files(folder, files), Settings(select=(card.name,) if alone else ("all",)))
    return [finding for finding in done.report.findings if finding.rule == card.name]


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Report:
    folder = tmp_path_factory.mktemp("examples")
    findings = [
        finding
        for card in CARDS.values()
        if card.name not in UNHEARD
        for finding in findings_of(card, folder / card.name)
    ]
    findings.sort(key=lambda finding: finding.sort_key)
    described = {card.name: rule_info(card) for card in CARDS.values()}
    return Report("1.2.3", folder, tuple(findings), described, files={"compose": 1})


@pytest.fixture(scope="module")
def log(everything):
    return json.loads(render("sarif", everything, Options(prefix="sub/")))


def test_every_rule_is_described_and_has_a_result(log):
    (only,) = log["runs"]
    assert {rule["id"] for rule in only["tool"]["driver"]["rules"]} == set(CARDS)
    assert {result["ruleId"] for result in only["results"]} == set(CARDS) - UNHEARD


def test_the_log_holds_to_the_schema(log):
    assert not [error.message for error in schema("sarif").iter_errors(log)]


def test_rules_keep_to_the_limits(log):
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert len(rules) <= 25_000
    for rule in rules:
        assert len(rule["id"]) <= 255
        assert len(rule["name"]) <= 255
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
            assert 0 < len(text) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10, "20 are taken, 10 are kept"
        score = rule["properties"].get("security-severity", "5.0")
        assert isinstance(score, str)
        assert 0.1 <= float(score) <= 10


def test_results_keep_to_the_limits(log):
    results = log["runs"][0]["results"]
    assert len(results) <= 25_000
    for result in results:
        assert len(result["locations"]) == 1, "only the first one counts"
        assert len(result.get("relatedLocations", ())) <= 100, "1,000 are taken, 100 are kept"
        flows = [step for flow in result.get("codeFlows", ()) for step in flow["threadFlows"]]
        assert sum(len(flow["locations"]) for flow in flows) <= 1000, "10,000 are taken, 1,000 are kept"
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == region["endLine"] >= 1, "an alert shows in a pull request on one line"
        assert region["endColumn"] >= region["startColumn"] >= 1
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("sub/")
        assert result["message"]["text"]
        assert result["partialFingerprints"]["confguard/v1"]


def test_results_of_different_rules_never_share_an_identity(log):
    seen = {}
    for result in log["runs"][0]["results"]:
        identity = result["partialFingerprints"]["confguard/v1"]
        assert seen.setdefault(identity, result["ruleId"]) == result["ruleId"]


def test_the_most_results_that_are_written_fit_into_an_upload(everything):
    count, parts = 500, MOST_RESULTS / 500
    findings = tuple(
        replace(finding, address=(*finding.address, str(number)))
        for number, finding in enumerate(islice(cycle(everything.findings), count))
    )
    text = render("sarif", replace(everything, findings=findings), Options())
    assert len(json.loads(text)["runs"][0]["results"]) == count
    assert len(gzip.compress(text.encode(), 6)) * parts < MOST_BYTES


@pytest.mark.parametrize("family", sorted({card.family for card in CARDS.values()}))
def test_identities_survive_when_lines_move(family, everything, tmp_path):
    for card in CARDS.values():
        if card.family != family or card.name in UNHEARD:
            continue
        moved = findings_of(card, tmp_path / card.name, before="\n\n")
        known = [finding for finding in everything.findings if finding.rule == card.name]
        assert moved, card.name
        assert {one.fingerprint for one in moved} == {one.fingerprint for one in known}, card.name
