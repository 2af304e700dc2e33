"""The page on plans: its example can be used, and it has every probe with every option."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest

from confguard.cards import rules_folder
from confguard.model.roles import ServiceRole
from confguard.readiness.plan import load_plan, probe_names

PAGE = (rules_folder() / "plans" / "README.md").read_text(encoding="utf-8")


def test_the_example_loads_and_changes_the_plan_that_comes_along(tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "shop.toml"
    path.write_text(example)
    base, plan = load_plan(), load_plan(str(path))
    assert plan.title == "Shop: ready for production"
    assert {row.id for row in plan.rows} == {row.id for row in base.rows} | {"SHOP-1"}
    rows = {row.id: row for row in plan.rows}
    assert rows["P1.5"].looks[0].options["required"] is True
    assert (rows["SHOP-1"].owner, rows["P2.7"].owner) == ("Payments", base.phases[2].owner)


@pytest.mark.parametrize("name", probe_names())
def test_a_probe_is_there_with_its_options(name):
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    module = import_module(f"confguard.readiness.probes.{name.replace('-', '_')}")
    options = {key.replace("_", "-") for key in inspect.signature(module.look).parameters} - {"subject"}
    said = set(re.findall(r"`([\w-]+)`", line.rpartition(" | ")[2]))
    assert options <= said


def test_the_roles_are_those_of_services():
    (line,) = [line for line in PAGE.splitlines() if line.startswith("`roles` are")]
    assert set(re.findall(r"`([^`]+)`", line)) - {"roles"} == {role.value for role in ServiceRole}
