# ruff: noqa: E501 - small programs are easier to read on one line
"""Whether settings start is not known where what is not followed may raise or exit."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from confguard.cli import main
from confguard.discover.project import open_project
from confguard.model.django.settings import Settings, evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known, Unknown

GIVEN = Environment({"GIVEN": Known("yes"), "NAME": Known("x"), "LATER": Unknown("is written at the host")})


def evaluated(folder: Path, text: str, **files: str) -> Settings:
    for name, content in {"settings.py": text, **files}.items():
        path = folder / name.replace("__", "/", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return evaluate(open_project(folder), "settings.py", GIVEN)


CONFIG = """
import sys
from pydantic import BaseModel, ValidationError
from maker import load

class Database(BaseModel):
    host: str = "localhost"
    port: int = 5432

class Config(BaseModel):
    key: str
    database: Database = Database()

    def __init__(self, path=None, **more):
        values = {values}
        try:
            super().__init__(**values)
        except ValidationError as error:
            print(error)
            sys.exit(1)

CONFIG = Config()
SECRET_KEY = CONFIG.key
HOST = CONFIG.database.host
"""


@pytest.mark.parametrize(
    ("values", "starts"),
    [("load(path)", None), ("{}", False), ("{'key': 'k'}", True), ("{'key': 5}", None)],
    ids=["from a library", "without the key", "with the key", "with one of another type"],
)
def test_a_model_that_is_refused_exits_where_its_maker_says_so(tmp_path, values, starts):
    settings = evaluated(tmp_path, CONFIG.replace("{values}", values))
    assert settings.starts is starts
    if starts is False:
        assert settings.failure.exception == "SystemExit"
    if starts:
        assert settings.values["SECRET_KEY"].value == "k"
        assert settings.values["HOST"].value == "localhost"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("from lib import Celery\nAPP = Celery('name')\nAPP.autodiscover_tasks()", True),
        ("import os\nfrom lib import parse\nA = parse('written here')", True),
        ("import os\nfrom lib import parse\nA = parse(os.environ['GIVEN'])", None),
        ("import os\nfrom lib import parse\nA = parse({'url': [os.environ['GIVEN']]})", None),
        ("import sys\nfrom lib import parse\ntry:\n    A = parse('x')\nexcept OSError:\n    sys.exit(1)", None),
        ("from lib import parse\ntry:\n    A = parse('x')\nexcept ImportError:\n    raise", True),
        ("import sys\nfrom lib import parse, Bad\ntry:\n    A = parse('x')\nexcept KeyError:\n    A = 1\nexcept Bad:\n    sys.exit(1)", None),
        ("class Single:\n    def __new__(cls):\n        raise SystemExit(1)\nA = Single()", None),
        ("from lib import retry\n@retry\ndef f():\n    raise SystemExit(1)\nA = f()", None),
        ("def f(x):\n    while x:\n        yield x\n    raise SystemExit(1)\nA = list(f(1))", None),
        ("import os\nA = int(os.environ['LATER'])", None),
        ("import os\nA = os.environ['LATER']", None),
        ("import os\nA = os.environ.get('LATER', 'x')", True),
        ("import environ\nenv = environ.Env()\nA = env('LATER', default='x')", True),
        ("import environ\nenv = environ.Env()\nA = env('LATER')", None),
        ("import environ\nenv = environ.Env()\nA = env.int('LATER', default=1)", None),
        ("from decouple import config\nA = config('LATER', default='x')", True),
        ("from decouple import config\nA = config('LATER', default=1, cast=int)", None),
        ("from environs import Env\nenv = Env()\nA = env.str('LATER', 'x')", True),
        ("from environs import Env\nenv = Env()\nA = env.bool('LATER', False)", None),
        ("assert open('/etc/there').read()", None),
        ("n = 0\nwhile True:\n    n += 1", None),
    ],
)  # fmt: skip
def test_what_is_not_followed_may_raise(tmp_path, text, starts):
    assert evaluated(tmp_path, text).starts is starts


def test_a_module_that_is_not_there_is_not_said_to_start(tmp_path):
    (tmp_path / "other.py").write_text("A = 1\n")
    assert evaluate(open_project(tmp_path), "config.settings", GIVEN).starts is None


def test_each_clause_of_a_try_is_a_way_to_go_on(tmp_path):
    text = "import os\ntry:\n    A = {'yes': 1}[os.environ['GIVEN']]\n    B = int(os.environ['LATER'])\nexcept KeyError:\n    B = 1\nexcept ValueError:\n    B = 1\n    C = 2\n"
    settings = evaluated(tmp_path, text)
    assert settings.values["A"].value == 1
    assert isinstance(settings.values["B"], Unknown)
    assert isinstance(settings.values["C"], Unknown)


def test_a_function_that_calls_itself_under_unknown_conditions_ends_soon(tmp_path):
    text = "import lib\ndef f(x):\n    if 'a' in x:\n        return f(x['a'])\n    if 'b' in x:\n        return [f(x['b']), f(x['c'])]\n    return [f(y) for y in x]\nA = f(lib.schema())\nB = 1\n"
    settings = evaluated(tmp_path, text)
    assert settings.values["B"].value == 1
    assert settings.problems == ()
    assert settings.starts is None


def test_the_page_says_where_it_may_fail(tmp_path):
    evaluated(
        tmp_path,
        "import os\nfrom lib import parse\nINSTALLED_APPS = []\nDEBUG = False\nSECRET_KEY = parse(os.environ.get('KEY', 'x'))\n",
        **{"manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"},
    )
    arguments = ["show", "settings", "--module", "settings", "--project", str(tmp_path)]
    page = CliRunner().invoke(main, arguments).output
    assert "may start\n    settings.py:5: may raise Exception\n" in page
    facts = json.loads(CliRunner().invoke(main, [*arguments, "--format", "json"]).output)
    assert facts[0]["starts"] is None
    assert [doubt["place"] for doubt in facts[0]["doubts"]] == ["settings.py:5"]
