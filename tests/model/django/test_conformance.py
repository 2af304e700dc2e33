"""Every value that is called known equals what real Django 5.2 gave for the same module and environment."""

from __future__ import annotations

import datetime
import json
import re
from functools import cache
from pathlib import Path, PurePath

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.django.defaults import django_default
from confguard.model.django.settings import Settings, evaluate
from confguard.model.django.values import Entries, Items, Made, Partial, plain
from confguard.model.environment import Environment
from confguard.model.value import Known

CASES = Path(__file__).parents[3] / "fixtures" / "conformance" / "django"
NAMES = sorted(path.name for path in CASES.iterdir())
RUNS = [
    (case, name)
    for case in NAMES
    for name in json.loads((CASES / case / "recorded.json").read_text())["environments"]
]


class NotKnown(Exception):
    pass


def shown(value):
    """The recorder's shape of a value."""
    if not isinstance(value, Known) or isinstance(value.value, Partial):
        raise NotKnown
    payload = value.value
    if isinstance(payload, Items):
        if not payload.complete:
            raise NotKnown
        items = [shown(item) for item in payload.values]
        return {"set": sorted(items, key=repr)} if payload.kind == "set" else items
    if isinstance(payload, Entries):
        if not payload.complete or payload.maybe:
            raise NotKnown
        return {k.value if isinstance(k.value, str) else repr(plain(k)): shown(v) for k, v in payload.pairs}
    if isinstance(payload, PurePath):
        return str(payload)
    if isinstance(payload, datetime.timedelta):
        return {"seconds": payload.total_seconds()}
    if isinstance(payload, Made):
        kind = payload.name.rpartition(".")[2]
        return (
            shown(payload.args[0])
            if kind == "reverse_lazy"
            else {"object": {"NONCE": "Nonce"}.get(kind, kind)}
        )
    if isinstance(payload, datetime.time):
        return {"object": "time"}
    if isinstance(payload, bytes):
        return {"bytes": payload.hex()}
    if isinstance(payload, re.Pattern):
        return {"pattern": payload.pattern}
    if isinstance(payload, tuple):
        return list(payload)
    return payload


@cache
def project_of(case: str) -> Project:
    root = CASES / case
    skipped = {"recorded.json", "environments.json"}
    paths = sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"
    )
    return Project(root, Listing(tuple(path for path in paths if path not in skipped), "walk"))


def run(case: str, name: str) -> tuple[Settings, dict]:
    recorded = json.loads((CASES / case / "recorded.json").read_text())
    variables = json.loads((CASES / case / "environments.json").read_text())[name]
    environment = Environment({key: Known(value) for key, value in variables.items()})
    release = ".".join(recorded["django"].split(".")[:2])
    settings = evaluate(
        project_of(case), "settings.py", environment, at=recorded["at"], django_version=release
    )
    return settings, recorded["environments"][name]


@pytest.mark.parametrize(("case", "name"), RUNS)
def test_known_values_equal_what_django_gave(case, name):
    settings, recorded = run(case, name)
    if "error" in recorded:
        assert settings.failure is not None
        assert settings.failure.exception.rpartition(".")[2] == recorded["error"]["type"].replace(
            "EnvNotSetError", "EnvError"
        )
        places = recorded["error"]["places"]  # none where a library raises once the module is loaded
        assert not places or [settings.failure.span.path, settings.failure.span.line] in places
        return
    assert settings.failure is None
    assert settings.problems == ()
    for setting, value in settings.values.items():
        if setting not in recorded["settings"]:  # classes of settings have all of Django's defaults too
            assert shown(value) == shown(django_default(setting, "5.2"))
            continue
        try:
            have = shown(value)
        except NotKnown:
            continue
        assert json.loads(json.dumps(have)) == recorded["settings"][setting], setting


def test_nearly_every_value_is_known():
    known = total = 0
    for case, name in RUNS:
        settings, recorded = run(case, name)
        for setting in recorded.get("settings", ()):
            total += 1
            try:
                shown(settings.get(setting))
                known += 1
            except NotKnown:
                pass
    assert total > 2000
    assert known / total >= 0.95
