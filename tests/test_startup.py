"""What a start costs: modules are loaded when they are needed, and not before."""

import subprocess
import sys

import pytest

from tests.conftest import write_files

EXPENSIVE = {"crossplane", "dotenv", "jsonschema", "libcst", "pathspec", "yaml"} | {
    "lsprotocol",
    "pygls",
    "watchfiles",
}

COMPOSE = "services:\n  proxy:\n    image: nginx:1.28.0\n"
NGINX = "server {\n    listen 80;\n    root /srv;\n}\n"
SETTINGS = """\
SECRET_KEY = "x"
DEBUG = False
ALLOWED_HOSTS = ["example.org"]
INSTALLED_APPS = ["django.contrib.admin"]
MIDDLEWARE = []
ROOT_URLCONF = "app.urls"
"""


def loaded_by(*arguments: str) -> set[str]:
    """Return the modules that are loaded at the end of a command of ours."""
    code = f"""
import sys
sys.argv = ["confguard", *{arguments!r}]
from confguard.cli import main
try:
    main(prog_name="confguard")
except SystemExit:
    pass
print("\\nMODULES\\n" + "\\n".join(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.partition("\nMODULES\n")[2].split())


def tops(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def test_the_version_needs_click_and_nothing_else_of_ours():
    with_click = subprocess.run(
        [sys.executable, "-c", "import click, sys; print('\\n'.join(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = loaded_by("--version")
    ours = {module for module in loaded if module.split(".")[0] == "confguard"}
    assert {module for module in ours if not module.startswith("confguard.cli")} == {"confguard"}
    foreign = tops(loaded) - tops(set(with_click.stdout.split())) - set(sys.stdlib_module_names)
    assert foreign <= {"confguard"}


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"]])
def test_help_loads_no_parsing_library(arguments):
    assert not EXPENSIVE & tops(loaded_by(*arguments))


@pytest.fixture(scope="module")
def with_settings(tmp_path_factory):
    """Return the libraries that are loaded for a repository with settings and no nginx."""
    files = {"compose.yaml": COMPOSE, "app/settings.py": SETTINGS}
    return tops(loaded_by("check", str(write_files(tmp_path_factory.mktemp("settings"), files))))


def test_the_python_parser_is_loaded_only_where_there_are_settings(repository, with_settings):
    without = loaded_by("check", str(repository({"compose.yaml": COMPOSE, "nginx/default.conf": NGINX})))
    assert {"yaml", "crossplane"} <= tops(without), "the files were not looked at"
    assert "libcst" not in tops(without)
    interpreter = {module for module in without if module.startswith("confguard.model.django.")}
    tables = {"confguard.model.django.values", "confguard.model.django.distributions"}
    assert interpreter <= tables, "only the types of values and tables of names are needed"
    assert "libcst" in with_settings


def test_the_nginx_parser_is_loaded_only_where_there_are_nginx_files(with_settings):
    assert "yaml" in with_settings, "the files were not looked at"
    assert "crossplane" not in with_settings


def test_libraries_of_tests_are_never_loaded(with_settings):
    assert not {"jsonschema", "pytest", "hypothesis", "hatchling"} & with_settings


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--version"], 0), (["rules"], 0), (["check", "/nowhere"], 2), (["--no"], 2)]
)
def test_the_program_ends_with_all_it_wrote_and_its_exit_code(arguments, code):
    done = subprocess.run(
        [sys.executable, "-m", "confguard", *arguments], capture_output=True, text=True, check=False
    )
    from click.testing import CliRunner

    from confguard.cli import main

    same = CliRunner().invoke(main, arguments, prog_name="confguard")
    assert (done.returncode, done.stdout, done.stderr) == (code, same.stdout, same.stderr)


def test_a_program_that_is_measured_ends_as_usual():
    code = "import sys; sys.argv = ['confguard', '--version']; sys.setprofile(lambda *seen: None)\n"
    code += "import atexit; atexit.register(print, 'the end')\nfrom confguard.cli import program; program()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("the end\n")
