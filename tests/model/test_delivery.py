"""What a service is given, and who reads it."""

from __future__ import annotations

import pytest

from confguard.model.delivery import ReaderKind, delivery_of
from confguard.model.delivery.code import Code
from confguard.model.delivery.programs import image_is_known, image_reads, library_that_reads

SETTINGS = """\
import os
ROOT_URLCONF = 'shop.urls'
DEBUG = os.environ.get('DEBUG')
SECRET_KEY = os.environ['SECRET_KEY']
"""
FILES = {
    "compose.yaml": (
        "services:\n  web:\n    build: .\n    command: ./start.sh\n    env_file: .env\n"
        "    healthcheck: {test: 'curl http://localhost:$$PORT_NUMBER/'}\n"
        "  db:\n    image: postgres:17\n"
        "    environment: {POSTGRES_DB: shop, POSTGRES_NAME: shop}\n"
        "  proxy:\n    image: nginx:1.29\n    environment: {SERVER: shop.example, OTHER: x}\n"
        "    volumes: ['./site.conf.template:/etc/nginx/templates/default.conf.template']\n"
        "  front:\n    build: ./front\n"
    ),
    ".env.example": (
        "SECRET_KEY=x\nPORT_NUMBER=1\nSTART_MODE=a\nTASK_URL=b\nTZ=UTC\nNOBODY_READS=1\nMENTIONED_ONLY=1\n"
    ),
    "Dockerfile": "FROM python:3.13\nCOPY start.sh start.sh\n",
    "start.sh": '#!/bin/sh\necho "$START_MODE"\nexec gunicorn shop.wsgi\n',
    "site.conf.template": "server { listen 80; server_name ${SERVER}; location / { return 200 $host; } }\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/tasks.py": "import os\nURL = os.getenv('TASK_URL')\nNAME = 'MENTIONED_ONLY'\n",
    "shop/tests/test_tasks.py": "import os\nos.environ['IN_TESTS']\n",
    "front/Dockerfile": "FROM node:22\nCOPY . .\n",
    "front/package.json": "{}",
    "front/src/api.ts": "export const api = import.meta.env.VITE_API_URL ?? process.env['API_URL'];\n",
}


@pytest.fixture
def delivered(deployment_of):
    deployment = deployment_of(FILES)
    return lambda service: delivery_of(deployment, service)


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("SECRET_KEY", ReaderKind.SETTINGS, "shop/settings.py"),
        ("TASK_URL", ReaderKind.CODE, "shop/tasks.py"),
        ("START_MODE", ReaderKind.SCRIPT, "start.sh"),
        ("PORT_NUMBER", ReaderKind.SCRIPT, "compose.yaml"),
    ],
)
def test_readers_are_found_with_their_place(delivered, name, kind, path):
    readers = delivered("web").readers[name]
    assert (kind, path) in [(one.kind, one.span.path) for one in readers]


def test_what_nobody_reads_is_told_from_what_code_mentions(delivered):
    web = delivered("web")
    assert not web.may_be_read("NOBODY_READS")
    assert web.may_be_read("MENTIONED_ONLY")
    assert web.may_be_read("TZ")
    assert "IN_TESTS" not in web.readers


def test_what_is_read_and_not_delivered_is_missing(delivered):
    missing = {one.name: one for one in delivered("web").missing}
    assert "DEBUG" in missing
    assert missing["DEBUG"].value is None
    assert not missing["DEBUG"].required
    assert {one.name for one in delivered("front").missing} == {"VITE_API_URL", "API_URL"}


def test_an_image_reads_what_it_documents(delivered):
    database = delivered("db")
    assert database.may_be_read("POSTGRES_DB")
    assert not database.may_be_read("POSTGRES_NAME")


def test_a_template_of_nginx_reads_its_placeholders(delivered):
    proxy = delivered("proxy")
    assert proxy.readers["SERVER"][0].kind is ReaderKind.NGINX
    assert not proxy.may_be_read("OTHER")


def test_nothing_is_said_about_an_image_whose_variables_are_not_known(deployment_of):
    compose = "services:\n  web:\n    image: ghcr.io/example/app:1\n    environment: {ANYTHING: 1}\n"
    assert delivery_of(deployment_of({"compose.yaml": compose}), "web").may_be_read("ANYTHING")


@pytest.mark.parametrize(
    "text",
    [
        "os.environ['NAME']",
        'os.environ.get("NAME", "x")',
        "os.getenv('NAME')",
        "env.bool('NAME', default=False)",
        "env('NAME')",
        'config("NAME", cast=int)',
        "if 'NAME' in os.environ:",
        "os.environ.setdefault('NAME', 'x')",
    ],
)
def test_code_reads_in_many_ways(repository, text):
    from confguard.discover.project import open_project

    code = Code(open_project(repository({"app/x.py": f"import os\n{text}\n"})))
    assert [read.name for read in code.python("app")] == ["NAME"]


def test_programs_read_what_their_documentation_says():
    assert image_reads("postgres", "POSTGRES_PASSWORD_FILE") == "PostgreSQL"
    assert image_reads("postgres", "POSTGRES_PORT") is None
    assert image_reads("mariadb", "MYSQL_ROOT_PASSWORD") == "MariaDB"
    assert image_is_known("redis")
    assert not image_is_known("grafana")
    assert library_that_reads("GUNICORN_CMD_ARGS") == "gunicorn"
    assert library_that_reads("SHOP_NAME") is None
