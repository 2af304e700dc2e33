"""What silences a finding: comments, tables of the configuration, per-file ignores."""

from __future__ import annotations

import datetime

import pytest

from confguard.cards import load_cards
from confguard.config import Settings, parse_settings
from confguard.finding import Finding, Label
from confguard.source import SourceFile
from confguard.suppress import Silencer, find_suppressions

CARDS = load_cards()
TODAY = datetime.date(2027, 1, 31)
RULE, OTHER = "unpinned-image", "published-datastore-port"

TEXT = f"""\
a: 1  # confguard: ignore[{RULE}] a reason
# confguard: ignore[{OTHER}] for the next line
b: 2
c: 3
d: 4  # confguard: ignore[{RULE}] until=2027-01-30 over
e: 5  # confguard: ignore[{RULE}] until=2027-01-31 the last day
"""
SOURCE = SourceFile("deploy/a.yaml", TEXT)


def finding(line, rule, *others, source=SOURCE, address=("web", "image")):
    related = tuple(Label(source.line_span(other)) for other in others)
    return Finding("m", Label(source.line_span(line)), related, rule=rule, address=address)


def silencer(document=None, text=SOURCE, **changes):
    settings = parse_settings(document or {}, "confguard.toml", CARDS).with_options(**changes)
    return Silencer(settings, list(find_suppressions(text)), TODAY, CARDS)


@pytest.mark.parametrize(
    ("line", "rule", "others", "silenced"),
    [
        (1, RULE, (), True),
        (1, OTHER, (), False),
        (3, OTHER, (), True),
        (4, OTHER, (), False),
        (4, OTHER, (3,), True),
        (5, RULE, (), False),
        (6, RULE, (), True),
    ],
)
def test_a_finding_is_silenced_at_any_place_that_it_labels(line, rule, others, silenced):
    one = silencer()
    assert bool(one.keep([finding(line, rule, *others)])) is not silenced
    assert [(by.by, by.place.line) for by in one.silenced] == (
        [("comment", {1: 1, 3: 2, 4: 2, 6: 6}[line])] if silenced else []
    )


def test_a_comment_in_another_file_covers_nothing():
    other = SourceFile("deploy/b.yaml", TEXT)
    assert silencer().keep([finding(1, RULE, source=other)])


def test_a_file_level_comment_covers_every_line_of_its_file():
    source = SourceFile("a.yaml", f"# confguard: ignore-file[{RULE}] generated\n\na: 1\n")
    one = silencer(text=source)
    assert not one.keep([finding(3, RULE, source=source)])
    assert one.keep([finding(3, OTHER, source=source)])


@pytest.mark.parametrize(
    ("table", "silenced"),
    [
        ({"path": "deploy/a.yaml"}, True),
        ({"path": "*.yaml"}, True),
        ({"path": "deploy/"}, True),
        ({"path": "/a.yaml"}, False),
        ({"path": "other.yaml"}, True),
        ({"address": ["web"]}, True),
        ({"address": ["web", "image"]}, True),
        ({"address": ["web", "image", "tag"]}, False),
        ({"address": ["image"]}, False),
        ({"address": ["web"], "path": "third.yaml"}, False),
        ({"address": ["web"], "expires": "2027-01-31"}, True),
        ({"address": ["web"], "expires": datetime.date(2027, 1, 30)}, False),
    ],
)
def test_a_table_names_paths_and_the_beginning_of_an_address(table, silenced):
    one = silencer({"suppressions": [{"rule": RULE, "reason": "meant", **table}]})
    related = Label(SourceFile("other.yaml", "x\n").line_span(1))
    subject = Finding("m", Label(SOURCE.line_span(4)), (related,), rule=RULE, address=("web", "image"))
    assert bool(one.keep([subject])) is not silenced
    assert [by.reason for by in one.silenced] == (["meant"] if silenced else [])


def test_per_file_ignores_ask_where_a_finding_has_its_first_place():
    one = silencer({"per-file-ignores": {"deploy/": ["compose"]}})
    assert not one.keep([finding(4, RULE)])
    elsewhere = SourceFile("b.yaml", "x\n")
    related = Finding("m", Label(elsewhere.line_span(1)), (Label(SOURCE.line_span(4)),), rule=RULE)
    assert one.keep([related])
    assert one.keep([finding(4, "csp-mismatch")])


def test_what_the_configuration_protects_nothing_silences():
    one = silencer(
        {
            "never-suppress": ["compose"],
            "per-file-ignores": {"*": ["all"]},
            "suppressions": [{"rule": RULE, "path": "*"}],
        }
    )
    assert one.keep([finding(1, RULE)])
    assert {use.forbidden for use in one.uses(list(CARDS.values()))} == {True}
    assert one.forbids(RULE)
    assert not one.forbids("csp-mismatch")


def test_nothing_is_silenced_where_nobody_wants_suppressions():
    one = silencer(
        {"suppressions": [{"rule": RULE, "path": "*"}], "per-file-ignores": {"*": ["all"]}},
        suppressions=False,
    )
    assert one.keep([finding(1, RULE)])
    assert not list(one.uses(list(CARDS.values())))


def test_what_became_of_each_suppression_is_told():
    one = silencer({"suppressions": [{"rule": RULE, "path": "nowhere"}]})
    one.keep([finding(1, RULE)])
    comments = {use.span.line: use for use in one.uses([CARDS[RULE]]) if use.in_comment}
    assert comments[1].used
    assert not comments[2].ran
    assert comments[5].expired == datetime.date(2027, 1, 30)
    assert comments[6].expired is None
    assert not comments[6].used
    (table,) = [use for use in one.uses([CARDS[RULE]]) if not use.in_comment]
    assert not table.used


def test_a_table_of_a_base_above_the_project_may_be_for_another_one(tmp_path):
    from confguard.config import load_settings

    (tmp_path / ".git").mkdir()
    (tmp_path / "base.toml").write_text(f"[[suppressions]]\nrule = '{RULE}'\npath = 'x'\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "confguard.toml").write_text("extend = '../base.toml'\n")
    settings = load_settings(tmp_path / "shop", CARDS)
    assert settings.configured_suppressions
    assert not list(Silencer(settings, [], TODAY, CARDS).uses(list(CARDS.values())))


def test_the_default_settings_silence_nothing():
    assert Silencer(Settings(), [], TODAY, CARDS).keep([finding(1, RULE)])
