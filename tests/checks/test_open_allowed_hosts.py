"""What open-allowed-hosts advises."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.config import Settings
from tests.conftest import write_files

COMPOSE = "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n"
DELIVERED = COMPOSE + "    environment:\n      HOSTS: ${HOSTS:-*}\n"
DOCKERFILE = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\n"
HEAD = "import os\nimport environ\nenv = environ.Env()\nINSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n"


@pytest.mark.parametrize(
    ("hosts", "compose", "falls_back"),
    [
        ("['*']", COMPOSE, False),
        ("['*'] + env.list('HOSTS', default=[])", COMPOSE, False),
        ("os.environ.get('HOSTS', '*').split(',')", COMPOSE, True),
        ("env.list('HOSTS', default=['*'])", COMPOSE, True),
        ("['shop.example', os.getenv('HOST', '*')]", COMPOSE, True),
        ("os.environ.get('HOSTS', 'shop.example').split(',')", DELIVERED, False),
    ],
)
def test_another_fallback_is_advised_only_where_the_code_falls_back(tmp_path, hosts, compose, falls_back):
    settings = f"{HEAD}ALLOWED_HOSTS = {hosts}\n"
    write_files(
        tmp_path, {"compose.prod.yaml": compose, "Dockerfile": DOCKERFILE, "shop/settings.py": settings}
    )
    (finding,) = run.check(tmp_path, Settings(select=("open-allowed-hosts",))).report.findings
    assert ("fallback" in finding.help) is falls_back
