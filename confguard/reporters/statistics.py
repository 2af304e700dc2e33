"""How often each rule found something, and how much of it can be fixed: ``--statistics``."""

from __future__ import annotations

import json
from typing import Any

from confguard.finding import Severity
from confguard.reporters.result import Report, rule_info, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, summary_line


def statistics(report: Report) -> list[dict[str, Any]]:
    """Return a row for each rule that found something, the most severe and then the most frequent first."""
    rows: dict[str, dict[str, Any]] = {}
    for finding in report.findings:
        row = rows.setdefault(
            finding.rule,
            {
                "rule": finding.rule,
                "severity": Severity.INFO.label,
                "count": 0,
                "fixable": 0,
                "unsafely_fixable": 0,
                "summary": rule_info(report, finding.rule).summary,
            },
        )
        row["count"] += 1
        row["severity"] = max(Severity.parse(row["severity"]), severity_of(finding)).label
        row["fixable"] += any(fix.safe for fix in finding.fixes)
        row["unsafely_fixable"] += bool(finding.fixes) and not any(fix.safe for fix in finding.fixes)
    return sorted(
        rows.values(), key=lambda row: (-Severity.parse(row["severity"]), -row["count"], row["rule"])
    )


def render(report: Report, options: Options) -> str:
    """Return the rows as text in columns, and what the marks mean."""
    rows = statistics(report)
    wide = max((len(str(row["count"])) for row in rows), default=0)
    names = max((len(row["rule"]) for row in rows), default=0)
    lines = []
    for row in rows:
        columns = f"{row['count']:>{wide}}", f"{row['severity']:<7}", _mark(row), f"{row['rule']:<{names}}"
        lines.append("  ".join((*columns, clean(row["summary"])))[: options.width].rstrip())
    if any(row["fixable"] or row["unsafely_fixable"] for row in rows):
        lines += ["", "[*] --fix mends all of them, [-] some of them, [?] only with --unsafe-fixes"]
    return "\n".join((*lines, summary_line(report), ""))


def render_json(report: Report) -> str:
    """Return the rows as JSON."""
    return json.dumps(statistics(report), indent=2) + "\n"


def _mark(row: dict[str, Any]) -> str:
    if row["fixable"]:
        return "[*]" if row["fixable"] == row["count"] else "[-]"
    return "[?]" if row["unsafely_fixable"] else "[ ]"
