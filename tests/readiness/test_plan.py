"""Readiness plans: what comes with confguard, what a team writes, and what is refused."""

from __future__ import annotations

import pytest

from confguard.cards import load_cards
from confguard.finding import Severity
from confguard.readiness import PlanError, adapted, load_plan
from confguard.readiness.plan import KINDS, plan_names, probe_names

HEAD = 'title = "Ours"\n[[phases]]\nnumber = 1\ntitle = "One"\nowner = "Ops"\n'
ROW = '[[rows]]\nid = "A"\nphase = 1\nmust = "x"\n'
LOOK = 'look = [{ probe = "setting", name = "DEBUG", equals = false }]\n'


@pytest.fixture
def written(tmp_path):
    def load(text):
        path = tmp_path / "plan.toml"
        path.write_text(text)
        return load_plan(str(path))

    return load


@pytest.mark.parametrize("name", plan_names())
def test_every_plan_that_comes_along_is_valid(name):
    plan = load_plan(name)
    assert plan.rows and plan.phases
    assert len({row.id for row in plan.rows}) == len(plan.rows)
    assert {row.kind for row in plan.rows} <= set(KINDS)


def test_every_probe_can_be_loaded_and_says_what_it_does():
    from importlib import import_module

    for name in probe_names():
        module = import_module(f"confguard.readiness.probes.{name.replace('-', '_')}")
        assert module.look.__doc__ and module.__doc__


def test_a_row_has_the_owner_of_its_phase_unless_it_names_one(written):
    plan = written(HEAD + ROW + LOOK + ROW.replace('"A"', '"B"') + 'owner = "Dev"\n' + LOOK)
    assert [row.owner for row in plan.rows] == ["Ops", "Dev"]
    assert plan.rows[0].fails_on is Severity.WARNING


def test_a_plan_extends_another_and_replaces_its_rows(written):
    base = load_plan()
    row = base.rows[0]
    plan = written(
        f'extends = "production-readiness"\n[[rows]]\nid = "{row.id}"\nphase = {row.phase}\n'
        f'must = "ours"\n{LOOK}'
    )
    assert plan.title == base.title
    assert [one.id for one in plan.rows] == [one.id for one in base.rows]
    assert plan.rows[0].must == "ours"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 1\n", "title has to be a text"),
        ('tittle = "x"\n', "did you mean 'title'"),
        ("[[rows]\n", "line 1"),
        (HEAD + ROW, "only a look can earn a pass"),
        (HEAD + ROW + 'kind = "statik"\n' + LOOK, "did you mean 'static'"),
        (HEAD + ROW + 'kind = "partial"\n' + LOOK, "which command answers it"),
        (HEAD + ROW + 'rules = ["debug-enabeld"]\n' + LOOK, "did you mean 'debug-enabled'"),
        (HEAD + ROW + 'look = [{ probe = "settin" }]\n', "did you mean 'setting'"),
        (HEAD + ROW + 'look = [{ probe = "setting", nam = "x" }]\n', "probe setting"),
        (HEAD + ROW + 'look = [{ probe = "template-keys", keys = "A" }]\n', "keys has to be a list of texts"),
        (HEAD + ROW + 'look = [{ probe = "template-keys", keys = ["A"], required = 1 }]\n', "true or false"),
        (HEAD + ROW + 'look = [{ probe = "workflow", runs = ["("], what = "x" }]\n', "holds no pattern"),
        (HEAD + ROW + 'look = [{ probe = "judged", things = ["dns"] }]\n', "there are compose"),
        (HEAD + ROW + 'look = [{ probe = "healthcheck", roles = ["web"] }]\n', "there are application"),
        (HEAD + ROW + 'about = "("\n' + LOOK, "about is no pattern"),
        (HEAD + ROW + 'fails-on = "fatal"\n' + LOOK, "is no severity"),
        (HEAD + ROW.replace("phase = 1", "phase = 2") + LOOK, "there is no phase 2"),
        (HEAD + ROW.replace('must = "x"', "") + LOOK, "needs an id and what must hold"),
        ('extends = "production-readines"\n', "there is no plan"),
        ('extends = "plan.toml"\n', "circle"),
        ("rows = 1\n", "list of tables"),
    ],
)
def test_a_plan_that_cannot_be_used_says_where_and_why(written, text, said):
    with pytest.raises(PlanError) as error:
        written(text)
    assert said in str(error.value)


def test_a_plan_that_does_not_exist_is_named_with_the_nearest_one():
    with pytest.raises(PlanError, match="did you mean 'production-readiness'"):
        load_plan("production-readines")


def test_what_only_the_team_knows_takes_the_place_of_what_the_plan_asks_for():
    plan = adapted(
        load_plan(),
        required_keys=["OUR_KEY"],
        body_limits={"/upload/": "2g"},
        owners={"1": "Platform", "P1.2": "Ada"},
    )
    rows = {row.id: row for row in plan.rows}
    assert [look.options["keys"] for look in rows["P1.1"].looks] == [["OUR_KEY"]]
    assert rows["P1.1"].looks[0].options["required"] is True
    assert [look.options["routes"] for look in rows["P2.7"].looks] == [{"/upload/": "2g"}]
    assert (rows["P1.1"].owner, rows["P1.2"].owner) == ("Platform", "Ada")
    assert rows["P2.7"].owner == "Security"
    assert {phase.number: phase.owner for phase in plan.phases}[1] == "Platform"
    assert adapted(load_plan()) == load_plan()


def test_what_the_plan_has_no_row_for_is_an_error(written):
    with pytest.raises(PlanError, match=r"no row or phase 'P1\.22'; did you mean 'P1\.2'"):
        adapted(load_plan(), owners={"P1.22": "Ada"})
    small = written(HEAD)
    with pytest.raises(PlanError, match=r"readiness\.required-keys: no row of the plan .* asks for it"):
        adapted(small, required_keys=["A"])
    with pytest.raises(PlanError, match=r"readiness\.body-limits"):
        adapted(small, body_limits={"/": "1m"})


def test_cards_and_the_plan_that_comes_along_name_the_same_rows_and_rules():
    cards = {(card.name, row) for card in load_cards().values() for row in card.plan}
    plan = {(rule, row.id) for row in load_plan().rows for rule in row.rules}
    assert cards == plan
