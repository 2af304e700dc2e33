"""What becomes of the variables that settings read."""

import pytest

from confguard.discover.project import open_project
from confguard.model.django.contract import became, expected
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known

SETTINGS = """
import os
DEBUG = os.getenv("DEBUG", False)
USE_TZ = os.getenv("USE_TZ") == "1"
DATABASES = {"default": {"CONN_MAX_AGE": os.getenv("AGE", "60"), "HOST": "db"}}
HOSTS = os.getenv("HOSTS", "").split(",")
if DEBUG:
    SITE = "debug"
LEVEL = "info" if not os.environ.get("QUIET") else "error"
NAME = os.getenv("NAME") or "x"
"""


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "settings.py").write_text(SETTINGS)
    variables = {"DEBUG": "False", "QUIET": "0", "NAME": "0", "HOSTS": "a,b"}
    environment = Environment({name: Known(value) for name, value in variables.items()})
    return evaluate(open_project(tmp_path), "settings.py", environment)


def test_every_part_that_is_made_of_a_variable_is_told_with_its_read(settings):
    made = {(one.setting, one.keys, one.read.key) for one in became(settings)}
    assert made >= {
        ("DEBUG", (), "DEBUG"),
        ("USE_TZ", (), "USE_TZ"),
        ("DATABASES", ("default", "CONN_MAX_AGE"), "AGE"),
        ("HOSTS", (0,), "HOSTS"),
        ("HOSTS", (1,), "HOSTS"),
    }
    assert not any(one.keys == ("default", "HOST") for one in became(settings))


def test_a_read_tells_what_the_environment_holds_beside_what_became_of_it(settings):
    reads = {read.key: read for read in settings.reads}
    assert reads["DEBUG"].given.value == "False"
    assert reads["AGE"].given is None
    assert reads["AGE"].default.value == "60"


def test_a_condition_on_a_text_that_says_no_is_told_with_its_variable(settings):
    assert [(truth.variables, truth.text.value, truth.span.line) for truth in settings.truths] == [
        (("DEBUG",), "False", 7),
        (("QUIET",), "0", 9),
    ]


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("DEBUG", "bool"),
        ("EMAIL_PORT", "int"),
        ("ALLOWED_HOSTS", "list"),
        ("STATIC_URL", None),
        ("CORS_ALLOW_ALL_ORIGINS", "bool"),
        ("MY_OWN", None),
    ],
)
def test_what_a_setting_is_taken_for_is_the_kind_of_its_default(setting, kind):
    assert expected(setting) == kind
