"""Every route that is called certain is one of real Django's, in its order, and none is missing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known

CASES = Path(__file__).parents[3] / "fixtures" / "conformance" / "django-urls"
NAMES = sorted(path.name for path in CASES.iterdir())
RUNS = [
    (case, name)
    for case in NAMES
    for name in json.loads((CASES / case / "recorded.json").read_text())["environments"]
]
LIBRARIES = {"django.contrib.auth.urls", "rest_framework.urls", "django.conf.urls.i18n"}
"""URLconfs of libraries that cases include: their own routes are not followed."""


@cache
def project_of(case: str) -> Project:
    root = CASES / case
    paths = sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))
    return Project(root, Listing(tuple(paths), "walk"))


def urlconf_of(case, name):
    variables = json.loads((CASES / case / "environments.json").read_text())[name]
    environment = Environment({key: Known(value) for key, value in variables.items()})
    return evaluate(project_of(case), "settings.py", environment, django_version="5.2").urlconf


def shown(route):
    """The recorder's shape of a route."""
    item = {"route": route.text, "namespaces": list(route.namespaces)}
    if route.kind == "admin":
        return {**item, "admin": True}
    item |= {"view": route.view, "name": route.name}
    return {**item, "router": route.target} if route.kind == "router" else item


def recorded_of(case, name):
    return json.loads((CASES / case / "recorded.json").read_text())["environments"][name]


@pytest.mark.parametrize(("case", "name"), [run for run in RUNS if "routes" in recorded_of(*run)])
def test_routes_are_those_of_django_in_its_order(case, name):
    found, recorded = urlconf_of(case, name), recorded_of(case, name)
    assert found.complete
    assert found.problems == ()
    assert all(route.certain for route in found.routes)
    opened = [route for route in found.routes if route.kind == "include"]
    assert {route.target for route in opened} <= LIBRARIES
    theirs = [
        item
        for item in recorded["routes"]
        if not any(item["route"].startswith(route.text) and "admin" not in item for route in opened)
    ]
    assert [shown(route) for route in found.routes if route.kind != "include"] == theirs
    assert found.handlers == recorded["handlers"]


@pytest.mark.parametrize(("case", "name"), [run for run in RUNS if "routes" in recorded_of(*run)])
def test_a_path_takes_the_view_that_django_resolves(case, name):
    found, recorded = urlconf_of(case, name), recorded_of(case, name)
    decided = 0
    for path, view in recorded["probes"].items():
        routed = found.routed(path)
        if routed is None:
            candidates = found.match(path)
            assert candidates
            possible = any(one.is_prefix or one.view == view or not one.certain for one in candidates)
            assert view is None or possible
            continue
        decided += 1
        assert routed is (view is not None), path
        if routed:
            assert found.match(path)[-1].view == view
    assert decided > 10


@pytest.mark.parametrize(("case", "name"), [run for run in RUNS if "error" in recorded_of(*run)])
def test_a_urlconf_that_raises_says_so(case, name):
    found, recorded = urlconf_of(case, name), recorded_of(case, name)
    assert [problem.message.split()[0] for problem in found.problems] == [recorded["error"]]
    assert not found.complete
