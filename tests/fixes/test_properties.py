"""What every fix of every rule keeps, on each of the rule's examples.

The finding is gone and the files parse; a second run changes nothing; comments, order and line endings stay;
and of what runs only that changes which the finding asks for.
"""

import ast
import difflib

import pytest
import yaml

from confguard.cards import load_cards
from confguard.config import Settings
from confguard.run import check
from confguard.run.fixing import fix
from tests.conftest import write_files
from tests.fixes.effects import difference
from tests.fixes.intended import INTENDED, matches
from tests.test_cards import CASES

CARDS = load_cards()
FIXING = [card.name for card in CARDS.values() if card.fix != "none"]
BAD = [case for case in CASES if case.values[1] == "Bad" and case.values[0].fix != "none"]


def settings_of(card):
    if "run" in card.reads:
        return Settings(select=("all",))
    return Settings(select=("all",), ignore=tuple(name for name in CARDS if name != card.name))


def of_rule(report, card):
    return [finding for finding in report.findings if finding.rule == card.name]


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("card", "section", "example"), BAD)
def test_a_fix_mends_its_finding_and_nothing_else(card, section, example, ending, tmp_path):
    files = {path: text.replace("\n", ending) for path, text in example.files.items()}
    write_files(tmp_path, files)
    settings = settings_of(card)
    fixed = fix(tmp_path, settings, unsafe=True)
    found = of_rule(fixed.before.report, card)
    offered = [finding for finding in found if finding.fixes]
    if not offered:
        assert not fixed.changes
        return
    assert not fixed.refused, [one.fix for one in fixed.refused]
    left = {finding.fingerprint for finding in of_rule(fixed.after.report, card)}
    assert not left & {finding.fingerprint for finding in offered}, _shown(fixed)
    assert not [finding for finding in of_rule(fixed.after.report, card) if finding.fixes]
    for path, (old, new) in fixed.changes.items():
        _parses(path, new)
        _keeps_the_rest(old, new, ending)
    _only_what_is_meant(card, offered, fixed)
    fixed.write()
    again = fix(tmp_path, settings, unsafe=True)
    assert not again.changes
    for path, (_, new) in fixed.changes.items():
        assert (tmp_path / path).read_bytes().decode() == new


def _shown(fixed):
    return "".join(
        line
        for path, (old, new) in fixed.changes.items()
        for line in difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), path, path
        )
    )


def _parses(path, text):
    if path.endswith(".py"):
        ast.parse(text)
    if path.endswith((".yml", ".yaml")):
        list(yaml.compose_all(text))


def _keeps_the_rest(old, new, ending):
    """Line endings are those of the file, comments stay, and lines that stay keep their order."""
    if ending == "\r\n" and "\r\n" in old:
        assert "\n" not in new.replace("\r\n", "")
    assert old.endswith("\n") == new.endswith("\n") or not old
    comments = [line.strip() for line in old.splitlines() if line.strip().startswith("#")]
    kept = [line.strip() for line in new.splitlines()]
    assert [line for line in comments if line not in kept] == []


def _only_what_is_meant(card, offered, fixed):
    meant = INTENDED[card.name]
    changed = difference(fixed.before.repo, fixed.after.repo)
    assert changed or "*nothing*" in meant, "nothing that runs is changed: extend what is looked at"
    astray = [line for line in changed if not any(matches(line, finding, meant) for finding in offered)]
    assert not astray, "\n".join((*astray, _shown(fixed)))


@pytest.mark.parametrize("name", FIXING)
def test_a_fixing_rule_offers_the_fixes_that_its_card_promises(name, tmp_path):
    card = CARDS[name]
    offers = []
    for index, case in enumerate(case for case in BAD if case.values[0] is card):
        root = write_files(tmp_path / str(index), dict(case.values[2].files))
        offers += [one.fix.safe for one in of_rule(check(root, settings_of(card)).report, card) if one.fix]
    assert offers
    assert ("safe" if any(offers) else "unsafe") == card.fix


def test_what_fixes_may_change_is_said_for_each_fixing_rule():
    assert set(FIXING) == set(INTENDED)
