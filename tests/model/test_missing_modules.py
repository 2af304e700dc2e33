"""Modules that settings and commands name, and that are surely not there."""

from __future__ import annotations

import pytest

from confguard.model.missing_modules import missing_modules

COMPOSE = "services:\n  web:\n    build: .\n    command: {}\n"
DOCKERFILE = (
    "FROM {}\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
    "RUN pip install -r requirements.txt\n"
)


def missing(deployment_of, settings="", listed="", command="gunicorn shop.wsgi", base="python:3.13"):
    files = {
        "compose.prod.yaml": COMPOSE.format(command),
        "Dockerfile": DOCKERFILE.format(base),
        "requirements.txt": f"Django==5.2\n{listed}\n",
        "shop/__init__.py": "",
        "shop/settings.py": f"DEBUG = False\n{settings}\n",
        "shop/urls.py": "urlpatterns = []\n",
    }
    return [(one.module, one.by, one.distributions) for one in missing_modules(deployment_of(files))]


@pytest.mark.parametrize(
    ("settings", "listed", "expected"),
    [
        ("ROOT_URLCONF = 'shop.routes'", "gunicorn", ("shop.routes", "ROOT_URLCONF", ())),
        ("from shop.common import *", "gunicorn", ("shop.common", "import", ())),
        ("INSTALLED_APPS = ['corsheaders']", "gunicorn", ("corsheaders", "INSTALLED_APPS", None)),
    ],
)
def test_what_is_named_and_not_there(deployment_of, settings, listed, expected):
    module, by, distributions = expected
    found = missing(deployment_of, settings, listed)
    assert [one[:2] for one in found] == [(module, by)]
    assert found[0][2] == distributions or (distributions is None and found[0][2])


@pytest.mark.parametrize(
    ("settings", "listed"),
    [
        ("ROOT_URLCONF = 'shop.urls'", "gunicorn"),
        ("INSTALLED_APPS = ['corsheaders']", "gunicorn\ndjango-cors-headers"),
        ("INSTALLED_APPS = ['corsheaders']", "gunicorn\ngit+https://git.example.com/all.git"),
        ("INSTALLED_APPS = ['corsheaders']", "gunicorn\na-distribution-that-nobody-knows"),
        ("from shop.local_settings import *", "gunicorn"),
        ("try:\n    from shop.common import *\nexcept ImportError:\n    pass", "gunicorn"),
    ],
)
def test_nothing_is_missing_that_may_be_there(deployment_of, settings, listed):
    assert missing(deployment_of, settings, listed) == []


def test_an_image_with_packages_of_its_own_may_have_everything(deployment_of):
    assert missing(deployment_of, base="registry.example.com/python-with-all:1") == []
