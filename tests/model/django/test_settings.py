# ruff: noqa: E501 - small programs are easier to read on one line
"""Settings under partly known environments, programs that misbehave, and what rules read of them."""

import time
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project, open_project
from confguard.model.django.modules import choose_module, settings_modules
from confguard.model.django.settings import Settings, evaluate
from confguard.model.django.values import elements, entry, plain
from confguard.model.environment import Environment
from confguard.model.evaluations import Evaluations
from confguard.model.value import Known, Origin, Step, Unknown


def evaluated(tmp_path: Path, text: str, environment: Environment | None = None, **files: str) -> Settings:
    for name, content in {"settings.py": text, **files}.items():
        path = tmp_path / name.replace("__", "/", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if content.endswith("\n") else content + "\n")
    return evaluate(open_project(tmp_path), "settings.py", environment or Environment())


def unknown(settings: Settings, name: str) -> bool:
    return isinstance(settings.values[name], Unknown)


OPEN = Environment({"GIVEN": Known("yes")}, complete=False, reason="an env file is not committed")


def test_a_variable_that_may_be_set_is_unknown_even_with_a_default(tmp_path):
    settings = evaluated(tmp_path, "import os\nA = os.getenv('A', 'x')\nB = os.getenv('GIVEN', 'no')\n", OPEN)
    assert unknown(settings, "A")
    assert plain(settings.values["B"]) == "yes"


def test_an_unknown_condition_takes_both_ways_and_keeps_what_they_share(tmp_path):
    text = """
import os
HOSTS = ["a"]
if os.getenv("A"):
    X, Y, Z = 1, 2, 3
    HOSTS.append("b")
else:
    X, Y = 1, 5
DICT = {"k": 1}
if os.getenv("A"):
    DICT["k2"] = 2
"""
    settings = evaluated(tmp_path, text, OPEN)
    assert plain(settings.values["X"]) == 1
    assert unknown(settings, "Y")
    assert unknown(settings, "Z")
    hosts = settings.values["HOSTS"].value
    assert [item.value for item in hosts] == ["a"]
    assert not hosts.complete
    assert entry(settings.values["DICT"], "k").value == 1
    assert isinstance(entry(settings.values["DICT"], "k2"), Unknown)


def test_a_branch_that_raises_leaves_the_other_one_known(tmp_path):
    text = "import os\nif os.getenv('A'):\n    raise ValueError('no')\nX = 1\n"
    settings = evaluated(tmp_path, text, OPEN)
    assert settings.failure is None
    assert [doubt.exception for doubt in settings.doubts] == ["ValueError"]
    assert plain(settings.values["X"]) == 1


def test_a_return_under_an_unknown_condition_is_one_of_the_results(tmp_path):
    text = """
import os
def f():
    if os.getenv("A"):
        return 1
    return 2
def g():
    if os.getenv("A"):
        return 3
    return 3
X, Y = f(), g()
"""
    settings = evaluated(tmp_path, text, OPEN)
    assert unknown(settings, "X")
    assert plain(settings.values["Y"]) == 3


def test_a_handler_that_may_run_is_joined_with_the_body(tmp_path):
    text = """
import os
X = 0
try:
    X = 1
    Y = os.environ["A"]
    X = 2
except KeyError:
    Z = 1
W = 5
"""
    settings = evaluated(tmp_path, text, OPEN)
    assert unknown(settings, "X")
    assert unknown(settings, "Z")
    assert plain(settings.values["W"]) == 5


def test_a_loop_that_may_end_early_leaves_what_it_changed_unknown(tmp_path):
    text = """
import os
COUNT = 0
for name in ["a", "b"]:
    COUNT += 1
    if os.getenv("A") == name:
        break
for name in os.getenv("A", "").split(","):
    COUNT2 = 1
AFTER = 1
"""
    settings = evaluated(tmp_path, text, OPEN)
    assert unknown(settings, "COUNT")
    assert unknown(settings, "COUNT2")
    assert plain(settings.values["AFTER"]) == 1


def test_what_a_package_gets_hold_of_is_unknown_afterwards(tmp_path):
    text = (
        "import heroku_magic\nA = 1\nL = [1]\nheroku_magic.run(L)\nheroku_magic.settings(locals())\nB = 2\n"
    )
    settings = evaluated(tmp_path, text)
    assert unknown(settings, "A")
    assert plain(settings.values["B"]) == 2


def test_the_place_of_the_project_is_not_guessed(tmp_path):
    text = "from pathlib import Path\nB = Path(__file__).parent\nC = str(B / 'x')\nD = str(B).startswith('/app')\nE = B.parent.parent\n"
    settings = evaluated(tmp_path, text)
    assert settings.values["C"].value.parts[-1] == "/x"
    assert unknown(settings, "D")
    assert unknown(settings, "E")


def test_long_numbers_in_a_pattern_are_text_unless_they_are_widths(tmp_path):
    text = "A = 'redis://%s:6379/1' % 'db'\nB = '%(a)s 10000%%' % {'a': 1}\nC = '%-12345d' % 1\nD = '%.*f' % (3, 1.0)\n"
    settings = evaluated(tmp_path, text)
    assert plain(settings.values["A"]) == "redis://db:6379/1"
    assert plain(settings.values["B"]) == "1 10000%"
    assert unknown(settings, "C")
    assert unknown(settings, "D")


def test_the_trail_leads_from_the_setting_to_the_variable(tmp_path):
    step = Step("environment of backend")
    given = Environment({"DEBUG": Known("true", (step,))})
    settings = evaluated(tmp_path, "import os\nDEBUG = os.getenv('DEBUG', 'no').lower() == 'true'\n", given)
    trail = settings.values["DEBUG"].trail
    assert trail[0].span.text.startswith("DEBUG = ")
    assert step in trail
    read = settings.reads[0]
    assert (read.key, read.key_span.text, plain(read.default), read.required) == (
        "DEBUG",
        "'DEBUG'",
        "no",
        False,
    )


def test_a_default_and_a_template_are_told_apart(tmp_path):
    text = "import os\nA = os.getenv('A', 'x')\nB = os.getenv('B', 'x')\n"
    step = Step("a template", None, Origin.TEMPLATE)
    settings = evaluated(tmp_path, text, Environment({"B": Known("change-me", (step,))}))
    assert settings.values["A"].from_default
    assert settings.values["B"].from_template
    assert not settings.values["B"].from_default


def test_a_failure_says_whether_a_variable_is_missing_or_a_placeholder_refused(tmp_path):
    text = """
import os
def check(value):
    if value.startswith("change"):
        return True
    return not value
KEY = os.getenv("KEY", "")
if check(KEY):
    raise ValueError("bad key")
AFTER = 1
"""
    missing = evaluated(tmp_path, text)
    assert missing.failure.variables == ("KEY",)
    assert missing.failure.undelivered
    assert plain(missing.values["AFTER"]) == 1
    step = Step("a template", None, Origin.TEMPLATE)
    refused = evaluated(tmp_path, text, Environment({"KEY": Known("change-me", (step,))}))
    assert refused.failure.placeholder
    assert not refused.failure.undelivered


@pytest.mark.parametrize(
    "line",
    [
        "X = 10 ** 10 ** 10",
        "X = 'a' * 10 ** 12",
        "X = [0] * 10 ** 9",
        "X = list(range(10 ** 12))",
        "X = sum(range(10 ** 12))",
        "while True:\n    X = 1",
        "def f():\n    return f()\nX = f()",
        "def f(n):\n    return f(n - 1) + f(n - 1)\nX = f(50)",
        "X = [a for a in range(9999) for b in range(9999) for c in range(9999)]",
        "x = 'ab'\nfor i in range(60):\n    x = x + x\nX = x",
        "x = []\nx.append(x)\nX = str(x)",
        "x = {}\nx['x'] = x\nX = x == x",
        "X = '%1000000000d' % 1",
        "X = f'{1:1000000000}'",
        "X = '{:>1000000000}'.format(1)",
        "X = 'x'.ljust(10 ** 10)",
        "X = 1 << 10 ** 10",
        "import re\nX = re.match('(a+)+$', 'a' * 40 + 'b')",
        "import os\nX = os.system('touch /tmp/confguard-was-here')",
        "X = __import__('os').system('touch /tmp/confguard-was-here')",
        "X = eval('1+1')\nexec('Y = 1')",
        "open('/tmp/confguard-was-here', 'w').write('x')\nX = 1",
        "x = [1]\nfor i in x:\n    x.append(i)\nX = x",
        "class A:\n    def __getattr__(self, n):\n        return self.x\nX = A().y",
        "X = int('9' * 10000)",
        "X = str(2 ** 15000)",
        "X = 'a' in " + "[" * 90 + "]" * 90,
    ],
)
def test_hostile_programs_are_bounded_and_the_rest_is_still_known(tmp_path, line):
    begin = time.process_time()
    settings = evaluated(tmp_path, f"{line}\nAFTER = 1\n")
    assert time.process_time() - begin < 10
    assert plain(settings.values["AFTER"]) == 1
    assert not Path("/tmp/confguard-was-here").exists()


def test_a_broken_file_is_a_problem_and_its_names_are_unknown(tmp_path):
    settings = evaluated(tmp_path, "from base import *\nX = 1\nY = MISSING\n", **{"base.py": "a = = 1"})
    assert settings.problems[0].span.path == "base.py"
    assert plain(settings.values["X"]) == 1
    assert unknown(settings, "Y")


def test_django_s_own_default_stands_in(tmp_path):
    settings = evaluated(tmp_path, "DEBUG = True\n")
    assert settings.get("X_FRAME_OPTIONS").value == "DENY"
    assert settings.get("X_FRAME_OPTIONS").from_default
    assert settings.get("DEBUG").value is True
    assert settings.get("NO_SUCH_SETTING") is None


WSGI = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings.{}')\n"
BASE = "INSTALLED_APPS = []\nMIDDLEWARE = []\nROOT_URLCONF = 'u'\nSECRET_KEY = 'x'\n"


def test_the_module_comes_from_the_environment_before_the_entry_points(tmp_path):
    files = {
        "site/settings/__init__.py": "",
        "site/settings/base.py": BASE,
        "site/settings/production.py": "from .base import *\n",
        "site/settings/local.py": "from .base import *\n",
        "site/wsgi.py": WSGI.format("production"),
        "manage.py": WSGI.format("local"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = open_project(tmp_path)
    assert {file.module for file in settings_modules(project)} == {
        "site.settings.base",
        "site.settings.production",
        "site.settings.local",
    }
    assert choose_module(project, command="gunicorn site.wsgi").module == "site.settings.production"
    given = Environment({"DJANGO_SETTINGS_MODULE": Known("site.settings.local")})
    choice = choose_module(project, given)
    assert (choice.module, choice.path, choice.certain) == (
        "site.settings.local",
        "site/settings/local.py",
        True,
    )


NONCE = """
import base64, os
from django.conf import settings
class CSP:
    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = getattr(settings, "POLICY", "default-src 'none'")
    def __call__(self, request):
        response = self.get_response(request)
        nonce = base64.b64encode(os.urandom(16)).decode()
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = self.policy + f"; script-src 'nonce-{nonce}'"
        return response
"""


@pytest.mark.parametrize(
    ("settings_text", "middleware", "expected", "report_only"),
    [
        (
            "MIDDLEWARE = ['mw.CSP']\nPOLICY = \"default-src 'self'\"",
            NONCE,
            "default-src 'self'; script-src 'nonce-{nonce}'",
            False,
        ),
        ("MIDDLEWARE = ['mw.CSP']", NONCE, "default-src 'none'; script-src 'nonce-{nonce}'", False),
        (
            "MIDDLEWARE = ['csp.middleware.CSPMiddleware']\n"
            "CONTENT_SECURITY_POLICY = {'DIRECTIVES': {'default-src': [\"'self'\"], 'img-src': ('data:',), 'upgrade-insecure-requests': True}}",
            "",
            "default-src 'self'; img-src data:; upgrade-insecure-requests",
            False,
        ),
        (
            "MIDDLEWARE = ['csp.middleware.CSPMiddleware']\nCSP_SCRIPT_SRC = (\"'self'\", 'x.com')\nCSP_REPORT_ONLY = True",
            "",
            "default-src 'self'; script-src 'self' x.com",
            True,
        ),
        (
            "MIDDLEWARE = ['django.middleware.csp.ContentSecurityPolicyMiddleware']\n"
            "SECURE_CSP_REPORT_ONLY = {'default-src': [\"'self'\"], 'object-src': False}",
            "",
            "default-src 'self'",
            True,
        ),
        (
            "MIDDLEWARE = ['mw.M']\nDEBUG = False",
            "class M:\n    def process_response(self, request, response):\n"
            "        response.headers['Content-Security-Policy-Report-Only'] = 'img-src *'\n        return response\n",
            "img-src *",
            True,
        ),
        (
            "MIDDLEWARE = ['mw.make']",
            "def make(get_response):\n    def inner(request):\n        response = get_response(request)\n"
            "        response.headers.setdefault('Content-Security-Policy', 'img-src *')\n        return response\n    return inner\n",
            "img-src *",
            False,
        ),
    ],
)
def test_the_policy_that_a_middleware_sends_is_rendered(
    tmp_path, settings_text, middleware, expected, report_only
):
    settings = evaluated(tmp_path, settings_text, **{"mw.py": middleware})
    assert [(policy.text.value, policy.report_only) for policy in settings.policies] == [
        (expected, report_only)
    ]


def test_a_policy_without_its_middleware_is_not_sent(tmp_path):
    assert evaluated(tmp_path, "MIDDLEWARE = []\nCSP_DEFAULT_SRC = [\"'self'\"]\n").policies == ()


def test_items_keep_their_own_places(tmp_path):
    settings = evaluated(tmp_path, "ALLOWED_HOSTS = ['a', '*']\n")
    assert [item.span.text for item in elements(settings.values["ALLOWED_HOSTS"])] == ["'a'", "'*'"]


def test_a_function_that_may_return_early_or_fall_off_its_end(tmp_path):
    text = "import os\ndef f():\n    if os.getenv('A'):\n        return None\ndef g():\n    if os.getenv('A'):\n        return 1\nX, Y = f(), g()\n"
    settings = evaluated(tmp_path, text, OPEN)
    assert plain(settings.values["X"]) is None
    assert unknown(settings, "Y")


def test_a_middleware_that_reads_the_environment_itself_gives_no_other_environments_policy(tmp_path):
    (tmp_path / "settings.py").write_text("MIDDLEWARE = ['mw.M']\nDEBUG = False\n")
    (tmp_path / "mw.py").write_text(
        "import os\nclass M:\n    def process_response(self, request, response):\n"
        "        response['Content-Security-Policy'] = os.environ.get('POLICY', 'img-src *')\n        return response\n"
    )
    project = Project(tmp_path, Listing(("mw.py", "settings.py"), "walk"))
    evaluations = Evaluations(project)
    sent = [
        evaluations.settings("settings", "settings.py", Environment(values)).policies[0].text.value
        for values in ({}, {"POLICY": Known("img-src 'self'")}, {"OTHER": Known("x")})
    ]
    assert sent == ["img-src *", "img-src 'self'", "img-src *"]


@pytest.mark.parametrize("by_value", [True, False])
def test_environments_with_the_same_values_count_as_one_where_only_values_are_asked_for(tmp_path, by_value):
    (tmp_path / "settings.py").write_text("import os\nKEY = os.environ['KEY']\nX = os.getenv('X')\n")
    evaluations = Evaluations(Project(tmp_path, Listing(("settings.py",), "walk")), by_value)

    def known(text):
        return Known(text, (Step("told", None),))

    def settings(**values):
        return evaluations.settings("settings", "settings.py", Environment(values))

    first = settings(KEY=Known("a"), X=Unknown("it is secret"))
    assert (
        settings(KEY=known("a"), X=Unknown("it is secret", known("").trail)).reads is first.reads
    ) is by_value
    for other in ({"KEY": known("b")}, {"KEY": Unknown("a")}, {"X": known("a")}, {}):
        values = {"KEY": known("a"), "X": Unknown("it is secret"), **other} if other else {}
        assert settings(**values).reads is not first.reads
    assert settings().failure.variables == ("KEY",)


def test_a_star_import_that_is_not_followed_leaves_every_other_setting_open(repository):
    root = repository({"app/settings.py": "DEBUG = False\nfrom library.conf import *\nUSE_TZ = True\n"})
    settings = evaluate(open_project(root), "app/settings.py", Environment())
    assert isinstance(settings.get("ALLOWED_HOSTS"), Unknown)
    assert isinstance(settings.get("DEBUG"), Unknown)
    assert settings.get("USE_TZ").value is True


@pytest.mark.parametrize(
    ("dsn", "refused"),
    [("", False), ("https://key@example.com/1", False), ("https://example.com/1", True), ("changeme", True)],
)
def test_a_dsn_that_sentry_refuses_keeps_the_module_from_starting(tmp_path, dsn, refused):
    settings = evaluated(tmp_path, f"import sentry_sdk\nsentry_sdk.init(dsn={dsn!r})\nDEBUG = False\n")
    assert (settings.failure is not None) == refused
    assert [call.name for call in settings.calls] == ["sentry_sdk.init"]


HEROKU = """
import os
import django_heroku
BASE_DIR = "/app"
ALLOWED_HOSTS = []
MIDDLEWARE = ["a.A"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
django_heroku.settings(locals(), staticfiles=%s, logging=False)
"""


def test_django_heroku_sets_what_its_switches_say(tmp_path):
    variables = {"DATABASE_URL": Known("postgres://u:p@db/n"), "SECRET_KEY": Known("k")}
    settings = evaluated(tmp_path, HEROKU % "True", Environment(variables))
    assert plain(settings.values["ALLOWED_HOSTS"]) == ["*"]
    assert plain(settings.values["MIDDLEWARE"]) == ("whitenoise.middleware.WhiteNoiseMiddleware", "a.A")
    assert plain(settings.values["STATIC_ROOT"]) == "/app/staticfiles"
    assert plain(settings.values["SECRET_KEY"]) == "k"
    database = plain(settings.values["DATABASES"])["default"]
    assert (database["HOST"], database["OPTIONS"]) == ("db", {"sslmode": "require"})
    assert "LOGGING" not in settings


def test_what_django_heroku_sets_is_unknown_where_its_switch_or_variable_is(tmp_path):
    settings = evaluated(tmp_path, HEROKU % "bool(os.getenv('STATIC'))", OPEN)
    for name in ("DATABASES", "MIDDLEWARE", "STATIC_URL", "SECRET_KEY"):
        assert unknown(settings, name)


@pytest.mark.parametrize(
    ("requirement", "old"),
    [
        ("django-cors-headers==3.14.0", True),
        ("django-cors-headers>=3.0,<4.0", True),
        ("django_cors_headers~=3.13", True),
        ("django-cors-headers<4.5", False),
        ("django-cors-headers>=3.0", False),
        ("Django==5.2", False),
    ],
)
def test_what_a_library_gives_is_that_of_the_release_that_is_installed(tmp_path, requirement, old):
    (tmp_path / "requirements.txt").write_text(f"{requirement}\n")
    text = "from corsheaders.defaults import default_headers\nA = list(default_headers)\n"
    assert ("dnt" in plain(evaluated(tmp_path, text).values["A"])) == old


@pytest.mark.parametrize(
    ("locked", "engine", "keys"),
    [
        ("0.5.0", "django.db.backends.postgresql_psycopg2", 0),
        ("1.2.0", "django.db.backends.postgresql", 1),
        ("2.1.0", "django.db.backends.postgresql", 1),
        ("3.0.1", "django.db.backends.postgresql", 2),
    ],
)
def test_a_database_url_is_read_as_the_locked_release_reads_it(tmp_path, locked, engine, keys):
    (tmp_path / "uv.lock").write_text(f'[[package]]\nname = "dj-database-url"\nversion = "{locked}"\n')
    text = "import dj_database_url\nDATABASES = {'default': dj_database_url.parse('postgres://h/n')}\n"
    database = plain(evaluated(tmp_path, text).values["DATABASES"])["default"]
    assert database["ENGINE"] == engine
    assert len({"CONN_HEALTH_CHECKS", "DISABLE_SERVER_SIDE_CURSORS"} & database.keys()) == keys


def test_requirements_that_disagree_on_a_release_leave_its_values_unknown(tmp_path):
    (tmp_path / "requirements.txt").write_text("dj-database-url==1.2.0\n")
    (tmp_path / "requirements-new.txt").write_text("dj-database-url==3.0.1\n")
    text = "import dj_database_url\nA = dj_database_url.parse('postgres://h/n')\n"
    assert unknown(evaluated(tmp_path, text), "A")


def test_an_object_of_a_library_is_told_by_the_call_that_makes_it(tmp_path):
    text = """
from celery.schedules import crontab
from django.urls import reverse_lazy
LOGIN_URL = reverse_lazy("login")
SCHEDULE = crontab(hour=7, minute="0")
"""
    values = evaluated(tmp_path, text).values
    made = values["LOGIN_URL"].value
    assert (made.name, made.args[0].value) == ("django.urls.reverse_lazy", "login")
    assert {name: item.value for name, item in values["SCHEDULE"].value.keywords} == {
        "hour": 7,
        "minute": "0",
    }


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("A = 1\n", True),
        ("A = 1 / 0\n", False),
        ("from library.conf import *\n", None),
        ("import os\nif os.getenv('A'):\n    raise ValueError\n", None),
    ],
)
def test_whether_a_module_starts_is_not_known_where_a_part_of_it_is_not(tmp_path, text, starts):
    assert evaluated(tmp_path, text, OPEN).starts is starts


def test_the_place_of_a_name_that_cannot_be_imported_is_the_statement(tmp_path):
    text = "from other import (\n    A,\n    B,\n)\n"
    settings = evaluated(tmp_path, text, **{"other.py": "A = 1\n"})
    assert settings.failure.span.line == 1


def test_an_env_that_knows_files_reads_the_name_of_the_file_too(tmp_path):
    text = "import environ\nenv = environ.FileAwareEnv()\nA = env('A', default='x')\n"
    settings = evaluated(tmp_path, text)
    assert [(read.key, read.cast) for read in settings.reads] == [("A_FILE", "file"), ("A", "")]
    there = evaluated(tmp_path, text, Environment({"A_FILE": Known("/run/secrets/a")}))
    assert unknown(there, "A")


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("requirements.txt", "Django==5.2.19\ndjango-environ==0.11\n", "5.2"),
        ("requirements/base.txt", "django>=4.2,<5.0\n", "4.2"),
        ("uv.lock", '[[package]]\nname = "django"\nversion = "6.0.1"\n', "6.0"),
        ("Pipfile.lock", '{"default": {"django": {"hashes": [], "version": "==5.0.2"}}}', "5.0"),
        ("pyproject.toml", '[project]\ndependencies = [\n  "django>=4.2",\n]\n', None),
        ("requirements.txt", "djangorestframework==3.15\n", None),
    ],
)
def test_the_version_of_django_is_what_locks_and_requirements_say(tmp_path, name, text, version):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert evaluated(tmp_path, "DEBUG = False\n").version == version


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("sys.version_info >= (3, 8)", True),
        ("sys.version_info < (3, 9)", False),
        ("sys.version_info >= (3, 12)", None),
        ("sys.version_info[0] == 3", True),
        ("sys.version_info[1] == 11", None),
    ],
)
def test_pythons_version_is_known_as_far_as_djangos_tells_it(tmp_path, condition, truth):
    (tmp_path / "requirements.txt").write_text("Django==5.2.1\n")
    found = evaluated(tmp_path, f"import sys\nA = {condition}\n").values["A"]
    assert (found.value if isinstance(found, Known) else None) is truth


def test_the_dsn_that_sentry_is_given_is_told_however_it_is_given(tmp_path):
    text = "import sentry_sdk\nsentry_sdk.init('https://key@example.com/1', environment='x')\n"
    (call,) = evaluated(tmp_path, text).calls
    assert {name: value.value for name, value in call.keywords.items()} == {
        "dsn": "https://key@example.com/1",
        "environment": "x",
    }


@pytest.mark.parametrize(("folder", "there"), [("/var/tmp", True), ("/tmp/", True), ("/var/tmp/x", None)])
def test_the_folders_of_every_system_are_there(tmp_path, folder, there):
    found = evaluated(tmp_path, f"import os\nA = os.path.isdir({folder!r})\n").values["A"]
    assert (found.value if isinstance(found, Known) else None) is there
