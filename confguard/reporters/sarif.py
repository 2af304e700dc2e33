"""SARIF 2.1.0 (OASIS), with what GitHub code scanning reads of it and within its limits.

Facts: docs.github.com "SARIF support for code scanning". GitHub uses a result's first location only and wants
it on one line; it shows other places through links in the message and through code flows. A result without a
location would make it refuse the whole file: findings always have one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from confguard.finding import Edit, Finding, Severity
from confguard.reporters.json_v1 import dump
from confguard.reporters.result import Report, RuleInfo, most_important_first, rule_info, severity_of
from confguard.reporters.shown_edits import shown_edits
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, clean_path, cleaner, closing_lines, visible
from confguard.source import Span
from confguard.words import plural

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "confguard/v1"
"""The key of our identity; ``primaryLocationLineHash`` is left to GitHub, which computes it from the file."""

MOST_RESULTS = 5_000
"""GitHub takes 25,000 and keeps so many of them; so many also fit into the 10 MB of an upload, compressed."""

MOST_PLACES = 100
_MOST_TAGS = 10
_LONGEST_TEXT = 1024
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_SECURITY_SEVERITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.INFO: "2.0"}


def render(report: Report, options: Options) -> str:
    """Return the log; ``options.prefix`` leads from the root of the checkout to the project's root."""
    return dump(document(report, options))


def document(report: Report, options: Options) -> dict[str, Any]:
    """Return the log as plain values."""
    findings = list(report.findings)
    notes = [clean(note) for note in report.notes]
    if len(findings) > MOST_RESULTS:
        notes.append(
            f"{plural(len(findings) - MOST_RESULTS, 'finding')} left out: the format takes {MOST_RESULTS}."
        )
        findings = most_important_first(report.findings)[:MOST_RESULTS]
    names = sorted({*report.rules, *(finding.rule for finding in findings)})
    index = {name: position for position, name in enumerate(names)}
    run = {
        "tool": {
            "driver": {
                "name": "confguard",
                "version": report.version,
                "semanticVersion": report.version,
                "rules": [_rule(rule_info(report, name)) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the checkout."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": note}} for note in notes
                ],
            }
        ],
        "results": [_result(finding, index[finding.rule], options) for finding in findings],
        "properties": {
            "suppressed": report.suppressed,
            "stacks": [
                {"name": visible(stack.name), "role": stack.role, "files": list(map(_uri, stack.files))}
                for stack in report.stacks
            ],
        },
    }
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}


def _rule(rule: RuleInfo) -> dict[str, Any]:
    summary = _shortened(rule.summary or rule.name)
    full = _shortened(rule.why or rule.summary or rule.name)
    properties: dict[str, Any] = {
        "precision": rule.confidence.label,
        "problem.severity": _PROBLEM_SEVERITY[rule.severity],
        "tags": list(dict.fromkeys((rule.family, *rule.tags)))[:_MOST_TAGS],
    }
    if "security" in rule.tags:
        properties["security-severity"] = _SECURITY_SEVERITY[rule.severity]
    described: dict[str, Any] = {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-"))[:255],
        "shortDescription": {"text": summary},
        "fullDescription": {"text": full},
        "help": {"text": full, "markdown": rule.help_markdown or full},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }
    if rule.url:
        described["helpUri"] = quote(rule.url, safe=":/?#[]@!$&'()*+,;=%~")
    return described


def _result(finding: Finding, rule_index: int, options: Options) -> dict[str, Any]:
    say = cleaner(finding)
    related = finding.related[:MOST_PLACES]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[severity_of(finding)],
        "kind": "fail",
        "message": {"text": _message(finding, options)},
        "locations": [_location(finding.primary.span, say(finding.primary.text), options)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "stacks": list(map(visible, finding.stacks)),
            "address": list(map(visible, finding.address)),
        },
    }
    if fixes := [*_fixes(finding, options)]:
        result["fixes"] = fixes
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(label.span, say(label.text), options)}
            for number, label in enumerate(related, start=1)
        ]
        steps = [*related, finding.primary]
        flow = [
            {"location": _location(label.span, say(label.text or finding.message), options)}
            for label in steps
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return result


def _fixes(finding: Finding, options: Options) -> Iterator[dict[str, Any]]:
    """Yield the safe fixes (SARIF 2.1.0, 3.55), one replacement an edit, grouped by file."""
    for fix in finding.fixes:
        edits = shown_edits(finding, fix) if fix.safe else None
        if not edits:
            continue
        by_path: dict[str, list[Edit]] = {}
        for edit in edits:
            by_path.setdefault(edit.span.path, []).append(edit)
        yield {
            "description": {"text": _unlinked(cleaner(finding)(fix.title))},
            "artifactChanges": [
                {"artifactLocation": _artifact(path, options), "replacements": list(map(_replacement, own))}
                for path, own in by_path.items()
            ],
        }


def _replacement(edit: Edit) -> dict[str, Any]:
    span = edit.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"deletedRegion": region, **({"insertedContent": {"text": edit.text}} if edit.text else {})}


def _message(finding: Finding, options: Options) -> str:
    """Return the message, then a line for each related place (a link to it), for notes and for help."""
    say = cleaner(finding)
    lines = [_unlinked(say(finding.message))]
    for number, label in enumerate(finding.related[:MOST_PLACES], start=1):
        place = f"{clean_path(label.span.path, options.prefix)}:{label.span.line}"
        escaped = place.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
        words = f": {_unlinked(say(label.text))}" if label.text else ""
        lines.append(f"[{escaped}]({number}){words}")
    return "\n".join([*lines, *map(_unlinked, closing_lines(finding, say))])


def _unlinked(text: str) -> str:
    """Return a text in which no embedded link (SARIF 2.1.0, 3.11.6) can stand."""
    return text.replace("](", "\\](")


def _location(span: Span, words: str, options: Options) -> dict[str, Any]:
    """Return a location on one line: of a longer span the part on its first line."""
    first = span.first_line()
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(span.path, options),
            "region": {
                "startLine": first.line,
                "startColumn": first.column,
                "endLine": first.line,
                "endColumn": max(first.end_column, first.column)
                if first.end_line == first.line
                else first.column,
            },
        }
    }
    if words:
        location["message"] = {"text": _unlinked(words)}
    return location


def _artifact(path: str, options: Options) -> dict[str, str]:
    return {"uri": _uri(options.prefix + path), "uriBaseId": "%SRCROOT%"}


def _uri(path: str) -> str:
    """Return a path as a relative reference (RFC 3986); bytes that were not UTF-8 come back as they were."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    return quote(data, safe="/~")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
