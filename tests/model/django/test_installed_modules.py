# ruff: noqa: E501 - small programs are easier to read on one line
"""Settings that stand on packages of a Python environment that a person named."""

import time
from pathlib import Path

import pytest

from confguard.discover.installed_packages import open_packages
from confguard.discover.project import Listing, Project
from confguard.model.django import installed_modules
from confguard.model.django.settings import Settings, evaluate
from confguard.model.django.values import plain
from confguard.model.environment import Environment
from confguard.model.value import Known, Unknown

BASE = """
from .env import config
from .parts import HOSTS
DEBUG = config("DEBUG", default=False)
SECRET_KEY = config("SECRET_KEY")
ALLOWED_HOSTS = [*HOSTS]
MIDDLEWARE = ["one", "two"]
LOCATION = __file__
"""
ENV = """
import os
from decouple import config as read, undefined

def config(name, default=undefined, **options):
    if default is not undefined:
        options.setdefault("cast", type(default))
    return read(name, default=default, **options)
"""
SHARED = {
    "shared/__init__.py": "",
    "shared/conf/__init__.py": "",
    "shared/conf/base.py": BASE,
    "shared/conf/env.py": ENV,
    "shared/conf/parts.py": "HOSTS = ['a.example']\n",
}


def evaluated(
    folder: Path,
    text: str,
    *,
    packages: dict[str, str] | None = SHARED,
    known: bool = True,
    **environment: str,
) -> Settings:
    root, installed = folder / "project", folder / "venv/lib/python3.13/site-packages"
    installed.mkdir(parents=True, exist_ok=True)
    for name, content in (packages or {}).items():
        (installed / name).parent.mkdir(parents=True, exist_ok=True)
        (installed / name).write_text(content)
    root.mkdir(parents=True, exist_ok=True)
    (root / "settings.py").write_text(text)
    project = Project(root, Listing(("settings.py",), "walk"))
    if packages is not None:
        project.packages = open_packages(folder / "venv", ".venv")
    values = {name: Known(value) for name, value in environment.items()}
    return evaluate(project, "settings.py", Environment(values, complete=known), at="/app")


def places(settings: Settings) -> set[str]:
    spans = [
        *(failure.span for failure in (*settings.failures, *settings.doubts)),
        *(value.span for value in settings.values.values() if value.span is not None),
    ]
    return {span.path for span in spans}


STAR = "from shared.conf.base import *\nMIDDLEWARE = ['zero'] + MIDDLEWARE\n"


def test_settings_of_a_package_are_known_and_told_at_the_star_import(tmp_path):
    settings = evaluated(tmp_path, STAR, SECRET_KEY="k", DEBUG="yes")
    assert settings.starts
    assert settings.unfollowed == ()
    assert plain(settings.values["DEBUG"]) is True
    assert plain(settings.values["ALLOWED_HOSTS"]) == ["a.example"]
    assert plain(settings.values["MIDDLEWARE"]) == ["zero", "one", "two"]
    assert settings.get("USE_TZ") is not None
    assert settings.values["SECRET_KEY"].span.path == "settings.py"
    assert settings.values["SECRET_KEY"].span.line == 1
    assert places(settings) == {"settings.py"}
    assert {read.key for read in settings.reads} == {"DEBUG", "SECRET_KEY"}
    steps = [step.span.path for step in settings.values["SECRET_KEY"].trail if step.span is not None]
    assert steps[0] == "settings.py"
    assert "site-packages/shared/conf/base.py" in steps


def test_where_such_a_file_lies_is_not_known(tmp_path):
    settings = evaluated(tmp_path, STAR, SECRET_KEY="k")
    assert not isinstance(settings.values["LOCATION"].value, str)


def test_what_a_package_lacks_fails_at_the_star_import(tmp_path):
    settings = evaluated(tmp_path, STAR)
    assert settings.starts is False
    assert (settings.failure.span.path, settings.failure.span.line) == ("settings.py", 1)
    assert settings.failure.variables == ("SECRET_KEY",)
    assert settings.failure.undelivered


def test_without_the_environment_the_package_is_named_and_what_would_open_it(tmp_path):
    settings = evaluated(tmp_path, STAR, packages=None)
    assert settings.starts is None
    (one,) = settings.unfollowed
    assert (one.module, one.span.line) == ("shared.conf.base", 1)
    assert "package shared is not in the repository" in one.why
    assert "--python-environment" in one.why


def test_an_environment_that_lacks_the_package_is_said_to(tmp_path):
    settings = evaluated(tmp_path, STAR, packages={})
    assert settings.starts is None
    assert settings.unfollowed[0].why.endswith(".venv does not hold the package shared")
    assert settings.doubts[0].exception == "ModuleNotFoundError"


def test_a_helper_of_a_package_is_followed_and_told_where_it_is_called(tmp_path):
    text = "from shared.conf.env import config\nfrom shared.conf import env\nA = config('A', 5)\nB = env.config('B', default=True)\nC = config('C')\n"
    settings = evaluated(tmp_path, text, A="7")
    assert plain(settings.values["A"]) == 7
    assert plain(settings.values["B"]) is True
    assert [(read.key, read.key_span.line) for read in settings.reads] == [("A", 3), ("B", 4), ("C", 5)]
    assert {read.key_span.path for read in settings.reads} == {"settings.py"}
    assert [(failure.span.line, failure.variables) for failure in settings.failures] == [(5, ("C",))]
    assert places(settings) == {"settings.py"}


def test_shared_settings_may_stand_on_other_packages(tmp_path):
    packages = {
        **SHARED,
        "team/__init__.py": "",
        "team/settings.py": "from shared.conf.base import *\nfrom shared.conf.env import config\nTEAM = config('TEAM', 'red')\n",
    }
    settings = evaluated(tmp_path, "from team.settings import *\n", packages=packages, SECRET_KEY="k")
    assert plain(settings.values["TEAM"]) == "red"
    assert plain(settings.values["ALLOWED_HOSTS"]) == ["a.example"]
    assert settings.starts


def test_helpers_open_no_other_packages(tmp_path):
    packages = {
        "helper.py": "import far\nfrom far import CONSTANT\ndef f():\n    return far.g()\n",
        "far.py": "CONSTANT = 1\ndef g():\n    return 2\n",
    }
    settings = evaluated(tmp_path, "from helper import f\nA = f()\n", packages=packages)
    assert isinstance(settings.values["A"], Unknown)
    assert not any("far" in path for path in settings.files)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("from importlib.util import find_spec\nA = find_spec('shared') is not None", True),
        ("from importlib.util import find_spec\nA = find_spec('absent') is not None", False),
        ("import importlib.util\nA = bool(importlib.util.find_spec('shared.conf.base'))", True),
        ("import importlib.util\nA = bool(importlib.util.find_spec('json'))", True),
        ("try:\n    import absent\n    A = 1\nexcept ImportError:\n    A = 2", 2),
        ("try:\n    import shared\n    A = 1\nexcept ImportError:\n    A = 2", 1),
        ("try:\n    from corsheaders.defaults import default_headers\n    A = 1\nexcept ImportError:\n    A = 2", 2),
        ("from contextlib import suppress\nA = 1\nwith suppress(ImportError):\n    import absent\n    A = 2", 1),
        ("from importlib.metadata import version\nA = version('Acme.settings')", "2.1"),
        ("import sys\nfrom shared.conf import env\nA = sys.modules['shared.conf.env'] is env", True),
    ],
)  # fmt: skip
def test_the_environment_decides_what_is_installed(tmp_path, text, value):
    packages = {**SHARED, "acme_settings-2.1.dist-info/METADATA": ""}
    assert plain(evaluated(tmp_path, text, packages=packages).values["A"]) == value


@pytest.mark.parametrize(
    "call", ["entry_points().select(group='shop.plugins')", "entry_points(group='shop.plugins')"]
)
def test_the_environment_knows_the_entry_points(tmp_path, call):
    packages = {"one-1.dist-info/entry_points.txt": "[shop.plugins]\nblue = one.blue\n"}
    text = f"from importlib.metadata import entry_points\nA = [one.value for one in {call}]\n"
    assert plain(evaluated(tmp_path / "with", text, packages=packages).values["A"]) == ["one.blue"]
    blind = evaluated(tmp_path / "without", text, packages=None).values["A"]
    assert isinstance(blind, Unknown) or not blind.value.complete


@pytest.mark.parametrize(
    "change",
    [
        "sys.path.insert(0, '/opt/more')",
        "sys.path = ['/opt/more', *sys.path]",
        "sys.path += ['/opt/more']",
        "sys.meta_path.append(object())",
        "import site; site.addsitedir('/opt/more')",
    ],
)
def test_where_modules_come_from_other_places_too_absence_is_not_known(tmp_path, change):
    text = f"import sys\nfrom importlib.metadata import entry_points\nfrom importlib.util import find_spec\n{change}\n"
    text += "A = find_spec('absent') is None\nB = find_spec('shared') is None\nC = list(entry_points(group='x'))\n"
    values = evaluated(tmp_path, text).values
    assert isinstance(values["A"], Unknown)
    assert plain(values["B"]) is False
    assert isinstance(values["C"], Unknown) or not values["C"].value.complete


def test_find_spec_imports_the_package_around_a_module(tmp_path):
    settings = evaluated(tmp_path, "from importlib.util import find_spec\nA = find_spec('absent.inner')\n")
    assert settings.failure.exception == "ModuleNotFoundError"


@pytest.mark.parametrize("name", ["absent", "shared"])
def test_without_an_environment_it_is_not_known_what_is_installed(tmp_path, name):
    text = f"from importlib.util import find_spec\nA = find_spec('{name}') is not None\n"
    assert isinstance(evaluated(tmp_path, text, packages=None).values["A"], Unknown)


def test_an_old_environment_makes_no_deployment_fail(tmp_path):
    settings = evaluated(tmp_path, "import absent\nA = 1\n")
    assert settings.failure is None
    assert settings.starts is None
    assert plain(settings.values["A"]) == 1


HOSTILE = {
    "endless": "def f():\n    n = 0\n    while True:\n        n += 1\n",
    "deep": "def f(n=0):\n    return f(n + 1)\n",
    "huge": "def f():\n    return 'a' * 10**12\n",
    "effects": "import os, subprocess\ndef f():\n    os.remove('/tmp/x')\n    subprocess.run(['touch', '/tmp/confguard-was-here'])\n    return open('/etc/passwd').read()\n",
    "raising": "def f():\n    return None.attribute\n",
    "broken": "def f(:\n",
    "circle": "from hostile import *\ndef f():\n    return f\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_packages_that_misbehave_are_left_soon_without_an_effect(tmp_path, kind):
    started = time.process_time()
    text = "A = 1\nfrom hostile import f\nB = f()\nC = 3\n"
    settings = evaluated(tmp_path, text, packages={"hostile.py": HOSTILE[kind]})
    assert time.process_time() - started < 5
    assert (plain(settings.values["A"]), plain(settings.values["C"])) == (1, 3)
    assert not isinstance(settings.values.get("B"), Known) or kind == "circle"
    assert settings.failure is None
    assert not Path("/tmp/confguard-was-here").exists()


def test_what_a_helper_raises_without_a_variable_is_a_doubt(tmp_path):
    text = "from hostile import f\nA = f()\n"
    settings = evaluated(tmp_path, text, packages={"hostile.py": HOSTILE["raising"]})
    assert settings.starts is None
    assert places(settings) == {"settings.py"}


def test_large_and_many_helpers_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(installed_modules, "MAX_HELPER_BYTES", 100)
    packages = {"large.py": "def f():\n    return 1\n" + "#" * 100, "small.py": "def f():\n    return 1\n"}
    text = "from large import f\nfrom small import f as g\nA = f()\nB = g()\n"
    settings = evaluated(tmp_path, text, packages=packages)
    assert isinstance(settings.values["A"], Unknown)
    assert plain(settings.values["B"]) == 1
    monkeypatch.setattr(installed_modules, "MAX_MODULES", 0)
    assert isinstance(evaluated(tmp_path, text, packages=packages).values["B"], Unknown)


def test_packages_that_models_know_are_not_opened(tmp_path):
    packages = {
        "decouple.py": "def config(name):\n    return 'wrong'\n",
        "django/__init__.py": "VERSION = 0\n",
    }
    text = "from decouple import config\nA = config('A')\n"
    settings = evaluated(tmp_path, text, packages=packages, A="right")
    assert plain(settings.values["A"]) == "right"
    assert settings.files == ("settings.py",)


def test_the_instrumentation_of_opentelemetry_puts_its_middleware_in_front(tmp_path):
    text = "from opentelemetry.instrumentation.django import DjangoInstrumentor\nif not DjangoInstrumentor().is_instrumented_by_opentelemetry:\n    DjangoInstrumentor().instrument()\nMIDDLEWARE = ['one']\n"
    settings = evaluated(tmp_path, text, packages=None)
    first, second = plain(settings.values["MIDDLEWARE"])
    assert first.startswith("opentelemetry.instrumentation.django.middleware")
    assert second == "one"
    assert plain(
        evaluated(tmp_path, text, packages=None, OTEL_PYTHON_DJANGO_INSTRUMENT="False").values["MIDDLEWARE"]
    ) == ["one"]
    assert isinstance(evaluated(tmp_path, text, packages=None, known=False).values["MIDDLEWARE"], Unknown)
