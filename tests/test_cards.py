"""Every rule's card: its form, its pair, and its examples, which are its tests."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from confguard import run
from confguard.cards import FAMILIES, CardError, examples, load_cards, parse_card
from confguard.config import Settings
from confguard.reporters import render
from confguard.reporters.terminal import Options

ROOT = Path(__file__).parent.parent
CARDS = load_cards()
WITHOUT_EXAMPLES = {"internal-error"}  # no input is known to make a rule crash; see tests/run


def _cases():
    """Yield (card, section, example) of the cards and of tests/cases/<family>/<name>.md."""
    for card in CARDS.values():
        sources = [] if card.name in WITHOUT_EXAMPLES else [card]
        more = ROOT / "tests" / "cases" / card.family / f"{card.name}.md"
        if more.is_file():
            sources.append(replace(card, sections=_case_sections(more.read_text(encoding="utf-8"))))
        for source in sources:
            for section in ("Bad", "Good"):
                for example in examples(source, section) if section in source.sections else ():
                    yield pytest.param(card, section, example, id=f"{card.name}: {example.title}")


def _case_sections(text):
    parts = {}
    for block in ("\n" + text).split("\n## ")[1:]:
        name, _, body = block.partition("\n")
        parts[name.strip()] = body.strip("\n")
    assert set(parts) <= {"Bad", "Good"}, "a case file has the sections Bad and Good"
    return parts


def _check(card, example, tmp_path):
    for name, content in example.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    if "run" not in card.reads:
        # Not selected by its name: that would switch a team's convention on.
        others = tuple(name for name in CARDS if name != card.name)
        done = run.check(tmp_path, Settings(select=("all",), ignore=others))
        assert not done.crashed, done.report.findings[0].message + str(done.report.findings[0].notes)
        return done.report
    # A rule about the run needs the others to have run.
    report = run.check(tmp_path, Settings(select=("all",))).report
    return replace(report, findings=tuple(f for f in report.findings if f.rule == card.name))


def _as_marks(findings):
    """Return findings in the form of an example's marks, ready to paste."""
    lines = []
    for finding in findings:
        span = finding.primary.span
        lines.append(f"{span.path}:{span.line}  # {finding.severity.label}: {finding.rule}")
        lines += [
            f"{label.span.path}:{label.span.line}  # related: {finding.rule}" for label in finding.related
        ]
    return "\n".join(lines)


CASES = list(_cases())


@pytest.mark.parametrize(("card", "section", "example"), CASES)
def test_an_example_has_exactly_the_findings_that_it_marks(card, section, example, tmp_path):
    report = _check(card, example, tmp_path)
    findings = report.findings
    actual = sorted((f.primary.span.path, f.primary.span.line, f.severity.label) for f in findings)
    assert actual == sorted(example.expected), f"the findings are\n{_as_marks(findings)}"
    assert bool(example.expected) == (section == "Bad")
    labelled = {(label.span.path, label.span.line) for f in findings for label in f.related}
    assert set(example.related) <= labelled, f"the findings are\n{_as_marks(findings)}"
    assert {f.rule for f in findings} <= {card.name}
    fingerprints = [f.fingerprint for f in findings]
    assert len(set(fingerprints)) == len(fingerprints), "two findings share a fingerprint"
    if card.fix == "none":
        assert all(f.fix is None for f in findings)
    for finding in findings:
        assert finding.help, "a finding says how to mend it"
        assert not finding.message.endswith("."), "a message has no full stop"
        assert finding.primary.span.end > finding.primary.span.start or not finding.primary.span.file.text
    if example.output is not None:
        text = render("concise", report, Options())
        assert text.splitlines()[: len(findings)] == example.output.splitlines()


@pytest.mark.parametrize(
    "card", [card for card in CARDS.values() if card.name not in WITHOUT_EXAMPLES], ids=lambda card: card.name
)
def test_a_card_has_examples_and_pins_its_message(card):
    bad, good = examples(card, "Bad"), examples(card, "Good")
    assert bad
    assert good
    assert bad[0].output is not None, "the first bad example pins the message in a fence `text output`"
    everything = [dict(example.files) for example in (*bad, *good)]
    assert all(everything.count(files) == 1 for files in everything), "two examples are identical"
    assert card.title[0].isupper()
    assert not card.title.endswith(".")
    assert card.since


def test_every_card_has_a_check_and_every_check_a_card():
    checks = {
        (path.parent.name, path.stem.replace("_", "-"))
        for path in (ROOT / "confguard" / "checks").glob("*/*.py")
        if not path.stem.startswith("_")
    }
    assert checks == {(card.family, card.name) for card in CARDS.values()}
    for card in CARDS.values():
        assert callable(importlib.import_module(card.module).check)


def test_families_are_folders():
    folders = {path.name for path in (ROOT / "rules").iterdir() if path.is_dir() and path.name != "plans"}
    assert folders <= set(FAMILIES)


GOOD = """---
severity: error
confidence: high
reads: [compose]
---
# A title

## Why it matters
x
## How to fix
x
## Bad
### One
```yaml file=compose.yaml
a: 1
# ## not a heading
```
## Good
### Two
```yaml file=compose.yaml
a: 2
```
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity: error", "severity: fatal", "severity"),
        ("confidence: high", "", "confidence"),
        ("reads: [compose]", "reads: [tea]", "reads"),
        ("severity: error", "severity: error\ncolour: red", "unknown field 'colour'"),
        ("# A title\n", "", "exactly one title"),
        ("## Good", "## Fine", "sections"),
        ("## How to fix\nx\n", "", "'How to fix' is missing"),
        ("severity: error", "severity: error\nfix: maybe", "'fix'"),
        ("## Good", "## Good\n### One\n## Limits\nx\n### Two", "where nobody tests it"),
        ("severity: error", "severity: error\noptions: {x: {type: int}}", "option 'x'"),
        (
            "severity: error",
            "severity: error\noptions: {x: {type: int, default: a, description: d}}",
            "default that is not",
        ),
    ],
)
def test_a_broken_card_is_refused_with_a_reason(old, new, message):
    assert parse_card("compose", "a-name", GOOD).title == "A title"
    with pytest.raises(CardError, match=message):
        parse_card("compose", "a-name", GOOD.replace(old, new, 1))


def test_an_example_that_marks_another_rule_is_refused():
    card = parse_card("compose", "a-name", GOOD.replace("a: 1", "a: 1  # error: other"))
    with pytest.raises(CardError, match="marks the other rule 'other'"):
        examples(card, "Bad")


def test_marks_that_stand_alone_mark_the_next_line():
    text = GOOD.replace("a: 1", "# error: a-name\n# related: a-name\na: 1  # warning: a-name")
    example = examples(parse_card("compose", "a-name", text), "Bad")[0]
    assert example.expected == (("compose.yaml", 3, "error"), ("compose.yaml", 3, "warning"))
    assert example.related == (("compose.yaml", 3),)
