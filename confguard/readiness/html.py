"""The answers to a plan as one HTML file: no script, nothing from elsewhere, fit for dark rooms and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from confguard.finding import Finding, Label
from confguard.readiness.assess import Answer, Assessment
from confguard.readiness.outcome import State, Subject
from confguard.readiness.picture import legend, picture
from confguard.readiness.plan import Phase
from confguard.readiness.words import distinct, evidence
from confguard.reporters.result import severity_of
from confguard.reporters.text import clean, clean_path, cleaner
from confguard.show.graph import graph_of

_ORDER = (State.PASSED, State.FAILED, State.CANNOT_TELL, State.MANUAL)
_MOST = 12
_QUOTED = re.compile(r"`([^`\n]+)`")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(assessment: Assessment, subject: Subject) -> str:
    """Return the page: totals, the picture of the stack, the rows of each phase, and every finding.

    The content security policy of the page allows nothing but its own style sheet.
    """
    links = _links(subject.findings)
    style = resources.files("confguard.readiness").joinpath("report.css").read_text("utf-8")
    title = _text(assessment.plan.title)
    body = [
        f"<header><h1>{title}</h1><p>Stack <code>{_text(assessment.stack)}</code></p>",
        f"{_totals(assessment)}</header>",
        "<main>",
        *_stack(subject, links),
        *(part for phase in assessment.plan.phases for part in _phase(assessment, phase, links)),
        *_findings(subject.findings, links, assessment),
        "</main>",
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{title}</title>",
            f"<style>{style}</style></head><body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _links(findings: Sequence[Finding]) -> dict[int, str]:
    """Return the anchor of each finding, by its identity; equal fingerprints get numbers."""
    seen: dict[str, int] = {}
    links = {}
    for finding in findings:
        seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        links[id(finding)] = f"finding-{finding.fingerprint}-{seen[finding.fingerprint]}"
    return links


def _totals(assessment: Assessment) -> str:
    cells = "".join(
        f'<li class="{_class(state)}"><b>{assessment.count(state)}</b> {state.value}</li>' for state in _ORDER
    )
    return f'<ul class="totals">{cells}</ul>'


def _stack(subject: Subject, links: dict[int, str]) -> Iterator[str]:
    graph = graph_of(subject.deployment)
    marked = {
        node.name: [(links[id(one)], one) for one in subject.findings if _concerns(one, node.name)]
        for node in graph.nodes
    }
    yield '<section id="stack"><h2>What runs</h2>'
    yield f'<div class="scroll" tabindex="0">{picture(graph, marked)}</div>'
    yield f'<p class="hint">The picture goes on to the right.</p>{legend(graph)}</section>'


def _concerns(finding: Finding, service: str) -> bool:
    """Say whether a finding is about a service: its address names it, or its sentence does."""
    return service in finding.address or f"service {service} " in f"{finding.message} "


def _phase(assessment: Assessment, phase: Phase, links: dict[int, str]) -> Iterator[str]:
    answers = assessment.of(phase)
    if not answers:
        return
    yield f'<section id="phase-{phase.number}"><h2>Phase {phase.number}: {_text(phase.title)}</h2>'
    for answer in answers:
        opened = " open" if answer.state is State.FAILED else ""
        yield f'<details id="row-{_text(answer.row.id)}" class="row {_class(answer.state)}"{opened}>'
        owner = f'<span class="owner">{_text(answer.row.owner)}</span>' if answer.row.owner else ""
        yield (
            f'<summary><span class="id">{_text(answer.row.id)}</span>'
            f'<span class="state">{answer.state.value}</span>'
            f'<span class="must">{_prose(answer.row.must)}</span>{owner}</summary>'
        )
        yield "<div>"
        yield from _why(answer, links)
        yield "</div></details>"
    yield "</section>"


def _why(answer: Answer, links: dict[int, str]) -> Iterator[str]:
    for text in evidence(answer):
        yield f"<p>{_prose(text)}</p>"
    if answer.findings:
        items = (
            f'<li><a href="#{links[id(one)]}">{_text(one.rule)}</a> {_said(one, one.message)} '
            f"<code>{_place(one.primary)}</code></li>"
            for one in answer.findings
        )
        yield f"<ul>{''.join(items)}</ul>"
    elif answer.outcome.evidence:
        labels = distinct(answer.outcome.evidence)
        yield f'<ul class="places">{"".join(map(_evidence, labels[:_MOST]))}</ul>'
    if answer.row.mend and answer.state is State.FAILED:
        yield f'<p class="mend"><b>Mend:</b> {_prose(answer.row.mend)}</p>'
    if answer.row.command and answer.state is not State.PASSED:
        yield f'<p><b>Run:</b> <code class="command">{_text(answer.row.command)}</code></p>'
        if answer.row.expect:
            yield f"<p><b>Expect:</b> {_text(answer.row.expect)}</p>"


def _evidence(label: Label) -> str:
    return f"<li><code>{_place(label)}</code> {_prose(label.text)}</li>"


def _findings(findings: Sequence[Finding], links: dict[int, str], assessment: Assessment) -> Iterator[str]:
    if not findings:
        return
    rows: dict[int, list[str]] = {}
    for answer in assessment.answers:
        for finding in answer.findings:
            rows.setdefault(id(finding), []).append(answer.row.id)
    yield '<section id="findings"><h2>Findings</h2>'
    for finding in findings:
        severity = severity_of(finding).label
        yield f'<article id="{links[id(finding)]}" class="finding {severity}">'
        yield (
            f'<h3><span class="severity">{severity}</span> {_said(finding, finding.message)} '
            f"<small>{_text(finding.rule)}</small></h3>"
        )
        places = (
            f"<li><code>{_place(label)}</code> {_said(finding, label.text)}</li>" for label in finding.labels
        )
        yield f'<ul class="places">{"".join(places)}</ul>'
        yield from (f"<p>{_said(finding, note)}</p>" for note in finding.notes)
        if finding.help:
            yield f'<p class="mend"><b>Mend:</b> {_said(finding, finding.help)}</p>'
        if rows.get(id(finding)):
            decided = ", ".join(f'<a href="#row-{_text(row)}">{_text(row)}</a>' for row in rows[id(finding)])
            yield f"<p>Fails {decided}</p>"
        yield "</article>"
    yield "</section>"


def _class(state: State) -> str:
    return state.value.replace(" ", "-")


def _place(label: Label) -> str:
    return escape(f"{clean_path(label.span.path)}:{label.span.line}")


def _said(finding: Finding, text: str) -> str:
    return _with_code(escape(cleaner(finding)(text)))


def _prose(text: str) -> str:
    return _with_code(_text(text))


def _with_code(escaped: str) -> str:
    """Show what stands in backquotes as code."""
    return _QUOTED.sub(r"<code>\1</code>", escaped)


def _text(text: str) -> str:
    return escape(clean(text))
