"""The answers to a plan as plain data, for JSON."""

from __future__ import annotations

from typing import Any

from confguard.finding import Finding, Label
from confguard.readiness.assess import Answer, Assessment
from confguard.readiness.outcome import State
from confguard.reporters.result import severity_of
from confguard.reporters.text import clean, cleaner


def facts(assessment: Assessment) -> dict[str, Any]:
    """Return plan, stack, totals, and each row with its state, evidence, findings, command and mend."""
    return {
        "schema": "confguard/readiness-v1",
        "plan": clean(assessment.plan.title),
        "stack": clean(assessment.stack),
        "totals": {state.value: assessment.count(state) for state in State},
        "phases": [
            {
                "number": phase.number,
                "title": clean(phase.title),
                "totals": {state.value: assessment.count(state, phase) for state in State},
                "rows": [_answer(answer) for answer in assessment.of(phase)],
            }
            for phase in assessment.plan.phases
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    row = answer.row
    return {
        "id": row.id,
        "must": clean(row.must),
        "kind": row.kind,
        "state": answer.state.value,
        "static_state": answer.outcome.state.value if row.looks else None,
        "text": clean(answer.outcome.text),
        "owner": clean(row.owner) or None,
        "evidence": [_label(label) for label in answer.outcome.evidence],
        "findings": [_finding(finding) for finding in answer.findings],
        "mend": clean(row.mend) or None,
        "command": clean(row.command) or None,
        "expect": clean(row.expect) or None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    say = cleaner(finding)
    return {
        "rule": finding.rule,
        "severity": severity_of(finding).label,
        "message": say(finding.message),
        "fingerprint": finding.fingerprint,
        **_label(finding.primary),
    }


def _label(label: Label) -> dict[str, Any]:
    path = label.span.path.encode("utf-8", "backslashreplace").decode()
    return {"path": path, "line": label.span.line, "text": clean(label.text)}
