"""Settings that two stacks of production decide differently for one application."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.unlike_stacks import unlike_pairs

DOCKERFILE = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
SETTINGS = """
import os

from elsewhere import choose

INSTALLED_APPS = []
MODE = os.environ.get("ORDER_MODE", "dual").lower()
PARTIAL = os.environ.get("PARTIAL_REFUNDS", "false") == "true"
CHOSEN = choose(os.environ.get("CHOSEN_MODE", "one"))
SECRET_KEY = os.environ.get("SECRET_KEY", "unset")
WORKERS = os.environ.get("WEB_WORKERS", "two")
CLASSES = os.environ.get("ORDER_CLASS", "shop.orders.Dual")
if CHOSEN:
    LATER = os.environ.get("LATER_MODE", "one")
"""
BESIDE = "  second:\n    build: .\n    command: gunicorn shop.wsgi\n    environment: {ORDER_MODE: third}\n"


def _stack(environment, more=""):
    listed = "".join(f"      - {line}\n" for line in ("STACK_TEST=1", *environment))
    return (
        "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n    environment:\n" + listed + more
    )


@pytest.fixture
def settings_of(repository):
    """Return a function that names the settings which differ between two stacks of production."""

    def names(one, two, paths=("compose.prod.yaml", "nas/compose.prod.yaml")):
        files = {"Dockerfile": DOCKERFILE, "shop/settings.py": SETTINGS, paths[0]: one}
        files[paths[1]] = two.replace("build: .", "build: ..") if "/" in paths[1] else two
        project = open_project(repository(files))
        repo = build(project, classify(project), (), {}, frozenset())
        return [(one.setting, one.defaulted) for pair in unlike_pairs(repo.production) for one in pair.unlike]

    return names


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (["ORDER_MODE=normal"], [], [("MODE", True)]),
        ([], ["ORDER_MODE=normal"], [("MODE", True)]),
        (["ORDER_MODE=${ORDER_MODE:-normal}"], [], [("MODE", True)]),
        (["ORDER_MODE=normal"], ["ORDER_MODE=other"], [("MODE", False)]),
        (["PARTIAL_REFUNDS=true"], ["PARTIAL_REFUNDS=${PARTIAL_REFUNDS:-}"], [("PARTIAL", True)]),
        (["PARTIAL_REFUNDS=true"], [], [("PARTIAL", True)]),
        (["ORDER_MODE=normal", "PARTIAL_REFUNDS=true"], [], [("MODE", True), ("PARTIAL", True)]),
    ],
)
def test_a_mode_that_one_stack_decides_differs_from_the_default_or_from_another_text(
    settings_of, one, two, expected
):
    assert settings_of(_stack(one), _stack(two)) == expected


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (["ORDER_MODE=normal"], ["ORDER_MODE=Normal"]),  # the settings make them equal
        (["ORDER_MODE=dual"], []),  # it is the default
        (["ORDER_MODE=${ORDER_MODE}"], []),  # nothing decides
        (["CHOSEN_MODE=two"], []),  # what becomes of it is not known
        (["LATER_MODE=two"], []),  # whether it is read is not known
        (["WEB_WORKERS=eight"], []),  # the machine decides
        (["SECRET_KEY=abc"], []),
        (["ORDER_CLASS=shop.orders.Normal"], []),  # no mode
    ],
)
def test_what_is_equal_not_known_or_of_the_machine_is_no_difference(settings_of, one, two):
    assert settings_of(_stack(one), _stack(two)) == []


@pytest.mark.parametrize(
    "paths",
    [
        ("compose.prod.yaml", "nas/compose.demo.prod.yaml"),  # a variant on purpose
        ("compose.prod.yaml", "compose.staging.yaml"),
        ("compose.prod.yaml", "compose.dev.yaml"),
    ],
)
def test_only_stacks_that_are_surely_production_are_compared(settings_of, paths):
    assert settings_of(_stack(["ORDER_MODE=normal"]), _stack([]), paths) == []


def test_a_stack_with_several_applications_is_not_compared(settings_of):
    assert settings_of(_stack(["ORDER_MODE=normal"]), _stack([], BESIDE)) == []


def test_a_switch_that_is_called_like_a_service_of_one_stack_goes_with_it(settings_of):
    refunds = "  refunds:\n    image: example/refunds:1.0\n"
    assert settings_of(_stack(["PARTIAL_REFUNDS=true"], refunds), _stack([])) == []


def test_an_overlay_that_gives_the_application_no_environment_is_a_variant(repository):
    files = {
        "Dockerfile": DOCKERFILE,
        "shop/settings.py": SETTINGS,
        "compose.yaml": _stack([]),
        "compose.prod.yaml": "services:\n  web:\n    restart: always\n",
        "compose.big.yaml": "services:\n  web:\n    environment:\n      ORDER_MODE: normal\n",
        "Makefile": (
            "prod:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n"
            "prod-big:\n\tdocker compose -f compose.yaml -f compose.prod.yaml -f compose.big.yaml up -d\n"
        ),
    }
    project = open_project(repository(files))
    repo = build(project, classify(project), (), {}, frozenset())
    assert len(repo.production) == 2
    assert list(unlike_pairs(repo.production)) == []
