"""Findings as diagnostics."""

from __future__ import annotations

import dataclasses

import pytest
from lsprotocol import types

from confguard.finding import Finding, Label, Severity
from confguard.server.analysis import Trouble
from confguard.server.convert import Converter
from confguard.source import SourceFile
from tests.reporters.reporter_samples import REPORT, SECRETS, hostile_report


def converter(**options):
    return Converter(lambda path: f"file:///shop/{path}", **options)


def test_every_finding_is_in_the_file_to_mend():
    found = converter().diagnostics(REPORT)
    assert {path: len(listed) for path, listed in found.items()} == {
        ".env.example": 1,
        "app/settings.py": 1,
        "compose.yaml": 2,
        "deploy/nginx/default.conf.template": 1,
    }
    severities = {one.severity for listed in found.values() for one in listed}
    assert severities == {
        types.DiagnosticSeverity.Error,
        types.DiagnosticSeverity.Warning,
        types.DiagnosticSeverity.Information,
    }


def test_a_diagnostic_says_all_and_links_what_takes_part():
    (one,) = converter().diagnostics(REPORT)[".env.example"]
    assert one.message.splitlines() == [
        "DEBUG is on in production (delivered here)",
        "stack: production",
        "note: the template is used as it is",
        "help: set DEBUG=false",
    ]
    assert one.code_description == types.CodeDescription("https://example.org/rules/debug-in-production")
    assert [(place.location.uri, place.message) for place in one.related_information] == [
        ("file:///shop/app/settings.py", "read here"),
        ("file:///shop/compose.yaml", "by this service"),
    ]


def test_a_client_without_related_places_reads_them_in_the_message():
    (one,) = converter(related=False).diagnostics(REPORT)[".env.example"]
    assert one.related_information is None
    assert "app/settings.py:3:1: read here" in one.message.splitlines()


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 12), ("utf-8", 18), ("utf-32", 12)])
def test_columns_are_in_the_unit_of_the_client(encoding, column):
    found = converter(encoding=encoding).diagnostics(REPORT)["compose.yaml"]
    (accent,) = [one for one in found if one.code == "accent"]
    assert accent.range.start == types.Position(5, column + 4)


def test_secrets_stay_out_and_nothing_acts():
    found = [one for listed in converter().diagnostics(REPORT).values() for one in listed]
    said = str(found)
    assert not [secret for secret in SECRETS if secret in said]
    for one in (one for listed in converter().diagnostics(hostile_report()).values() for one in listed):
        assert "\x1b" not in one.message
        assert "\u202e" not in one.message


@pytest.mark.parametrize(("rule", "faded"), [("unused-volume", True), ("debug-enabled", False)])
def test_what_nothing_uses_is_faded(rule, faded):
    file = SourceFile("compose.yaml", "volumes:\n")
    finding = Finding("m", Label(file.span(0, 7)), rule=rule, severity=Severity.INFO)
    one = converter().diagnostic(finding, dataclasses.replace(REPORT, findings=(finding,)))
    assert one.tags == ([types.DiagnosticTag.Unnecessary] if faded else None)


def test_trouble_with_a_configuration_is_marked_to_the_end_of_its_line():
    one = converter().trouble(Trouble("confguard.toml", 2, 3, "unknown key"), '  🐘 = "x"')
    assert one.range == types.Range(types.Position(1, 2), types.Position(1, 10))
    assert one.severity == types.DiagnosticSeverity.Error
