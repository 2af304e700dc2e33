"""The tool's own JSON, version 1; described by ``json_v1.schema.json`` beside this file.

A document has these keys, all always present::

    schema    "confguard/json-v1"; keys may be added under this name, none is removed or changes its meaning
    version   the version of confguard
    summary   counts: error, warning, info, suppressed, baselined, hidden, untouched, files, stacks; seconds
              (wall time); fixed, fixable (by --fix), unsafely_fixable (only with --unsafe-fixes)
    files     kind of file -> how many were understood
    stacks    [{name, role, files, evidence}]
    notes     sentences about the run as a whole
    rules     name -> {family, summary, severity, confidence, url, tags}, for the rules that found something
    findings  [{rule, severity, message, fingerprint, address, stacks, labels, notes, help, fix, fixes}]
    silenced  [{finding, by, place, reason}], where it was asked for: by is "comment", "configuration",
              "per-file-ignores" or "baseline"; place is null or {path, start, end}

``labels`` is never empty and its first entry is the primary place: {path, start: {line, column},
end: {line, column}, text}. Paths are relative to the project's root, with "/". Lines and columns are
1-based, columns count Unicode characters, the end is exclusive. ``fix`` is null or {title, safe}.
``fixes`` are all ways to mend it, the one that is applied first:
{title, safe, edits: [{path, start, end, text}]}.
Edits of one fix belong together; ``edits`` is null where they hold what must not be shown. No source text is
included but theirs, and secret values in sentences are masked; the whole document is ASCII.
"""

from __future__ import annotations

import json
from typing import Any

from confguard.finding import Finding, Fix, Label, Severity
from confguard.reporters.result import Report, RuleInfo, Silenced, StackInfo, rule_info, severity_of
from confguard.reporters.shown_edits import shown_edits
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, cleaner, masked_address, visible
from confguard.source import Span

SCHEMA = "confguard/json-v1"


def render(report: Report, options: Options) -> str:
    """Return the document, indented by two; ``options`` change nothing in it."""
    del options
    return dump(document(report))


def dump(value: Any) -> str:
    """Return JSON in ASCII with a newline at its end, in which GitHub's runner sees no command."""
    # "##[" can only stand inside of a string, where the escape means the same.
    return json.dumps(value, indent=2).replace("##[", "##\\u005b") + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the document as plain values."""
    names = sorted({finding.rule for finding in report.findings})
    return {
        "schema": SCHEMA,
        "version": report.version,
        "summary": {
            **{severity.label: report.count(severity) for severity in sorted(Severity, reverse=True)},
            "suppressed": report.suppressed,
            "baselined": report.baselined,
            "hidden": report.hidden,
            "untouched": report.untouched,
            "files": sum(report.files.values()),
            "stacks": len(report.stacks),
            "seconds": round(report.seconds, 3),
            "fixed": report.fixed,
            "fixable": report.fixable(safe=True),
            "unsafely_fixable": report.fixable(safe=False),
        },
        "files": dict(sorted(report.files.items())),
        "stacks": [_stack(stack) for stack in report.stacks],
        "notes": [clean(note) for note in report.notes],
        "rules": {name: _rule(rule_info(report, name)) for name in names},
        "findings": [_finding(finding) for finding in report.findings],
        "silenced": [_silenced(one) for one in report.silenced],
    }


def _stack(stack: StackInfo) -> dict[str, Any]:
    return {
        "name": visible(stack.name),
        "role": stack.role,
        "files": [_path(path) for path in stack.files],
        "evidence": clean(stack.evidence),
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "family": rule.family,
        "summary": rule.summary,
        "severity": rule.severity.label,
        "confidence": rule.confidence.label,
        "url": rule.url,
        "tags": list(rule.tags),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    say = cleaner(finding)
    return {
        "rule": finding.rule,
        "severity": severity_of(finding).label,
        "message": say(finding.message),
        "fingerprint": finding.fingerprint,
        "address": [visible(part) for part in masked_address(finding)],
        "stacks": [visible(name) for name in finding.stacks],
        "labels": [_label(label, say(label.text)) for label in finding.labels],
        "notes": [say(note) for note in finding.notes],
        "help": say(finding.help),
        "fix": {"title": say(finding.fix.title), "safe": finding.fix.safe} if finding.fix else None,
        "fixes": [
            _fix(finding, fix, say(fix.title)) for fix in sorted(finding.fixes, key=lambda one: not one.safe)
        ],
    }


def _fix(finding: Finding, fix: Fix, title: str) -> dict[str, Any]:
    edits = shown_edits(finding, fix)
    return {
        "title": title,
        "safe": fix.safe,
        "edits": None if edits is None else [{**_place(edit.span), "text": edit.text} for edit in edits],
    }


def _silenced(one: Silenced) -> dict[str, Any]:
    return {
        "finding": _finding(one.finding),
        "by": one.by,
        "place": _place(one.place) if one.place else None,
        "reason": clean(one.reason),
    }


def _label(label: Label, text: str) -> dict[str, Any]:
    return {**_place(label.span), "text": text}


def _place(span: Span) -> dict[str, Any]:
    return {
        "path": _path(span.path),
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _path(path: str) -> str:
    """Return the path as it is, for programs that open it; only surrogates, unfit for JSON, change."""
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()
