"""The pipeline: what is joined, what crashes, what is counted."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from confguard import run
from confguard.cards import Card, load_cards
from confguard.config import ConfigError, Settings
from confguard.finding import Severity

FILES = {
    "compose.yaml": "services:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n",
    "compose.prod.yaml": "services:\n  db:\n    restart: always\n",
    "deploy.sh": "docker compose -f compose.yaml -f compose.prod.yaml up -d\n"
    "docker compose -f compose.yaml -f compose.prod.yaml --profile x up -d\n",
}


def broken(monkeypatch, name, error):
    original = Card.load_check

    def load_check(card):
        def crash(subject):
            raise error

        return crash if card.name == name else original(card)

    monkeypatch.setattr(Card, "load_check", load_check)


def test_a_rule_that_crashes_is_a_finding_and_the_others_go_on(repository, monkeypatch):
    broken(monkeypatch, "unpinned-image", ValueError("boom"))
    done = run.check(repository(FILES), Settings())
    rules = {finding.rule for finding in done.report.findings}
    assert {"internal-error", "published-datastore-port"} <= rules
    assert done.crashed
    crash = next(f for f in done.report.findings if f.rule == "internal-error")
    assert "rule unpinned-image crashed" in crash.message
    assert "ValueError: boom" in crash.message


def test_a_crash_is_told_even_if_only_the_crashing_rule_was_selected(repository, monkeypatch):
    broken(monkeypatch, "unpinned-image", RecursionError())
    done = run.check(repository(FILES), Settings(select=("unpinned-image",)))
    assert [finding.rule for finding in done.report.findings] == ["internal-error"]


def test_the_same_finding_in_several_stacks_is_one(repository):
    done = run.check(repository(FILES), Settings(select=("published-datastore-port",)))
    (finding,) = done.report.findings
    assert len(finding.stacks) == 2
    assert finding.severity is Severity.ERROR


def test_a_severity_of_the_configuration_replaces_the_cards(repository):
    changed = Settings(select=("unpinned-image",), severities={"unpinned-image": Severity.INFO})
    (finding,) = run.check(repository(FILES), changed).report.findings
    assert finding.severity is Severity.INFO


def test_findings_below_the_minimum_are_counted_and_not_shown(repository):
    report = run.check(repository(FILES), Settings(minimum=Severity.ERROR)).report
    assert {finding.severity for finding in report.findings} == {Severity.ERROR}
    everything = run.check(repository(FILES), Settings()).report.findings
    assert report.hidden == len(everything) - len(report.findings) > 0


def test_suppressed_findings_are_counted(repository):
    text = FILES["compose.yaml"].replace("postgres\n", "postgres  # confguard: ignore[unpinned-image] demo\n")
    report = run.check(repository(FILES | {"compose.yaml": text}), Settings()).report
    assert report.suppressed == 1
    assert "unpinned-image" not in {finding.rule for finding in report.findings}
    shown = run.check(repository(FILES | {"compose.yaml": text}), Settings(suppressions=False)).report
    assert shown.suppressed == 0
    assert "unpinned-image" in {finding.rule for finding in shown.findings}


def test_options_of_the_configuration_reach_the_rule(repository):
    options = MappingProxyType({"published-datastore-port": {"allow": ["db"]}})
    settings = Settings(select=("published-datastore-port",), rule_options=options)
    assert not run.check(repository(FILES), settings).report.findings


def test_nothing_of_a_deployment_is_nothing_to_check(repository):
    assert run.check(repository({"README.md": "# x\n"}), Settings()).nothing_to_check
    assert not run.check(repository({".env.example": "A=1\n"}), Settings()).nothing_to_check


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path):
    with pytest.raises(ConfigError, match="there is no file or folder"):
        run.settings_for(tmp_path / "nowhere")


def test_the_most_severe_findings_come_first_then_by_place(repository):
    found = run.check(repository(FILES | {"a.yml": FILES["compose.yaml"]}), Settings()).report.findings
    assert list(found) == sorted(found, key=lambda finding: finding.sort_key)
    severities = [one.severity for one in found]
    assert severities == sorted(severities, reverse=True) and len(set(severities)) > 1


def test_every_rule_that_ran_is_described(repository):
    report = run.check(repository(FILES), Settings()).report
    assert set(report.rules) == {card.name for card in load_cards().values() if card.default}
    assert replace(report, seconds=0.0).files["compose"] == 2


def test_bad_files_are_findings_and_the_rest_is_checked(repository):
    report = run.check(
        repository(
            FILES
            | {
                "broken/compose.yaml": "services: {a: [\n",
                "binary/compose.yaml": b"services:\0",
                "latin/docker-compose.yml": "services:\n  a:\n    image: caf\xe9:1\n".encode("latin-1"),
                "nginx/nginx.conf": "server { listen 80;\n",
                "app/settings.py": "DEBUG = (\nINSTALLED_APPS = [\nMIDDLEWARE =\nROOT_URLCONF\n",
            }
        ),
        Settings(),
    ).report
    broken = {f.primary.span.path for f in report.findings if f.rule == "unparsable-file"}
    assert {
        "broken/compose.yaml",
        "latin/docker-compose.yml",
        "nginx/nginx.conf",
        "app/settings.py",
    } <= broken
    assert "published-datastore-port" in {finding.rule for finding in report.findings}
