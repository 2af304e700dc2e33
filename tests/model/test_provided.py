"""Whether a module is surely not there: what requirements and lock files list."""

from __future__ import annotations

import pytest

from confguard.discover.project import open_project
from confguard.model.provided import installed, lacking

REQUIREMENTS = (
    "django==5.2  # the framework\ngunicorn[gevent]==23.0.0 ; python_version > '3'\n-c limits.txt\n"
)


@pytest.fixture
def project(repository):
    """Return a function that opens a project with these requirements and further files."""

    def make(requirements=REQUIREMENTS, files=()):
        return open_project(repository({"requirements.txt": requirements, **dict(files)}))

    return make


def test_requirements_are_read_without_comments_markers_and_extras(project):
    found = installed(project())
    assert found.complete
    assert {"django", "gunicorn", "sqlparse"} <= found.names


def test_a_module_of_a_known_distribution_that_nothing_lists_is_lacking(project):
    assert lacking(project(), "corsheaders.middleware") == ("django-cors-headers",)


def test_a_module_that_no_distribution_has_is_lacking(project):
    assert lacking(project(), "blogs") == ()


@pytest.mark.parametrize(
    ("requirements", "module"),
    [
        (REQUIREMENTS, "gunicorn"),
        (REQUIREMENTS, "json"),
        (REQUIREMENTS, "own"),
        (REQUIREMENTS + "djoser\n", "rest_framework"),
        (REQUIREMENTS + "company-platform\n", "blogs"),
        (REQUIREMENTS + "git+https://example.org/a.git\n", "corsheaders"),
        (REQUIREMENTS + "./libraries/shop\n", "corsheaders"),
        ("gunicorn\n", "corsheaders"),
    ],
)
def test_what_is_there_or_may_be_is_not_lacking(project, requirements, module):
    assert lacking(project(requirements, {"own/models.py": "x = 1\n"}), module) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM python\nRUN pip install -r requirements.txt django-cors-headers\n"),
        ("install.sh", "pip install something-else\n"),
        ("setup.py", "setup(install_requires=[])\n"),
        ("pyproject.toml", "[project]\ndependencies = []\n"),
    ],
)
def test_what_other_files_install_is_not_known(project, path, text):
    assert lacking(project(files={path: text}), "corsheaders") is None


def test_a_lock_file_lists_everything(project):
    lock = '[[package]]\nname = "django"\nversion = "5.2"\n\n[[package]]\nname = "acme"\nversion = "1"\n'
    locked = project("", {"uv.lock": lock})
    assert lacking(locked, "corsheaders") == ("django-cors-headers",)
    assert lacking(locked, "blogs") is None
