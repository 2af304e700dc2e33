"""GitLab Code Quality: a JSON array that GitLab shows in merge requests (docs.gitlab.com, "Code Quality").

GitLab does not show ``check_name``, so the description begins with it; it hides findings that share a
fingerprint, so the second of one gets another.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from confguard.finding import Finding, Severity
from confguard.reporters.json_v1 import dump
from confguard.reporters.result import Report, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import cleaner

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report, options: Options) -> str:
    """Return the array; ``options.prefix`` leads from CI_PROJECT_DIR to the project's root."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        issues.append(_issue(finding, seen[finding.fingerprint], options))
    return dump(issues)


def _issue(finding: Finding, turn: int, options: Options) -> dict[str, Any]:
    say = cleaner(finding)
    span = finding.primary.span
    text = f"{finding.rule}: {say(finding.message)}"
    if finding.help:
        text += f" (help: {say(finding.help)})"
    return {
        "description": text,
        "check_name": finding.rule,
        "fingerprint": _distinct(finding.fingerprint, turn),
        "severity": _SEVERITIES[severity_of(finding)],
        "location": {
            "path": (options.prefix + span.path).encode("utf-8", "backslashreplace").decode(),
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }


def _distinct(fingerprint: str, turn: int) -> str:
    if turn == 1:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}\0{turn}".encode()).hexdigest()[:32]
