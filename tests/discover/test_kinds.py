from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.discover import content
from confguard.discover.kinds import Kind, ProjectFile, classify, counts, of_kind
from confguard.discover.project import Listing, Project

SERVICES = "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n"


def project(tmp_path: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    return Project(tmp_path, Listing(tuple(sorted(files)), "walk"))


def only(tmp_path: Path, path: str, text: str) -> ProjectFile | None:
    found = classify(project(tmp_path, {path: text}))
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("production.yml", SERVICES),
        ("docker/https.override.yml", "# only adds\nservices:\n\n  nginx:\n    volumes:\n      - ./a:/b\n"),
        (
            "stack/app.yaml",
            "x-common: &common\n  restart: always\nservices:\n  a:\n    <<: *common\n    build: .\n",
        ),
        ("docker-compose.yml", "# nothing yet\n"),
        ("docker-compose.dev.yml", ""),
        ("compose.yaml", "include:\n  - other.yaml\n"),
        ("local.yml", "version: '3'\r\n\r\nservices: # ours\r\n  web: {image: nginx}\r\n"),
        ("docker-compose.with-secrets", SERVICES),
        ("swarm.yml", "services:\n  a:\n    image: x\n    hostname: '{{.Node.Hostname}}'\n"),
    ],
)
def test_compose_files_are_known_by_what_they_hold(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is not None
    assert (found.kind, found.inactive) == (Kind.COMPOSE, "")
    assert found.why


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s.yaml", "apiVersion: v1\nkind: List\nservices:\n  a:\n    image: x\n"),
        (
            "config/services.yaml",
            "services:\n  _defaults:\n    autowire: true\n  App\\Foo:\n    class: Foo\n",
        ),
        ("render.yaml", "services:\n  - type: web\n    image: x\n"),
        ("api.yml", "openapi: 3.0.0\nservices:\n  a:\n    image: x\n"),
        ("values.yaml", "web:\n  services:\n    a:\n      image: x\n"),
        ("composer.lock", "{}"),
        ("compose.py", "services = 1"),
        ("data.yml", "services: 3\n"),
    ],
)
def test_other_yaml_is_no_compose_file(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is None or found.kind is not Kind.COMPOSE


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("docker-compose.yml.bak", SERVICES, "its name marks a copy that is not in use"),
        ("docker-compose.yml.old", SERVICES, "its name marks a copy that is not in use"),
        ("docker-compose.override.example.yml", SERVICES, "its name marks a sample to be copied"),
        ("docker-compose.yml.example", SERVICES, "its name marks a sample to be copied"),
        ("{{cookiecutter.slug}}/local.yml", SERVICES, "its path is a project template"),
        (
            "local.yml",
            SERVICES + "{% if x %}\n  b:\n    image: y\n{% endif %}\n",
            "it is a template of another program",
        ),
        ("compose.yml.j2", SERVICES, "it is a template of another program (.j2)"),
    ],
)
def test_copies_and_templates_of_compose_files_are_inactive(
    tmp_path: Path, path: str, text: str, reason: str
) -> None:
    found = only(tmp_path, path, text)
    assert found is not None
    assert (found.kind, found.inactive) == (Kind.COMPOSE, reason)


@pytest.mark.parametrize(
    ("path", "text", "template"),
    [
        (".env.example", "A=1\n", True),
        (".env", "A=1\n", False),
        (".env.prod-sample", "A=1\nB = 'x\ny'\n", True),
        (".env.dist", "", True),
        (".env_sample", "# A=1\n", True),
        ("env_sample", "A=1\n", True),
        ("dotenv.example", "A=1\n", True),
        ("docker/env_file_app_template", "A=1\n", True),
        ("template-env", "A=1\n", True),
        ("example.prod.env", "A=1\n", True),
        (".envs/.production/.django", "A=1\n", False),
        ("env.d/production.dist/backend", "A=1\n", True),
        ("env.d/production/backend", "export A=1\n", False),
        ("app.env", "A=1\n", False),
        (".env.CI", "A=1\n", False),
    ],
)
def test_env_files_and_their_templates(tmp_path: Path, path: str, text: str, template: bool) -> None:
    found = only(tmp_path, path, text)
    assert found is not None
    assert (found.kind, found.template) == (Kind.ENV, template)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("init-env-file", ""),
        ("src/env.ts", "A=1\n"),
        ("environment.yml", "dependencies: []\n"),
        ("import/environment", "A=1\nB=2\nexport A B\nC=$(pwd)/x\n"),
        (".envrc", "use nix\n"),
        ("env/README", "how it is used\n"),
        (".env.png", "\0\0"),
    ],
)
def test_what_only_sounds_like_an_env_file_is_none(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is None or found.kind is not Kind.ENV


SERVER = "server {\n  listen 80;\n  location / { proxy_pass http://web:8000; }\n}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nginx/nginx.conf", f"http {{\n{SERVER}}}\n"),
        ("deploy/site.conf", SERVER),
        ("nginx/default", SERVER),
        ("nginx/locations", "location /static/ {\n  alias /static/;\n}\n"),
        ("nginx/server_name", "server_name example.org;\n"),
        ("conf/nginx/headers.conf", "# no sniffing\nadd_header X-Content-Type-Options nosniff always;\n"),
        ("proxy/app.conf.nginx", SERVER),
        ("nginx/nginx.prod", SERVER),
        ("web/default.conf.template", "upstream app {\n  server ${HOST}:80;\n}\n" + SERVER),
    ],
)
def test_nginx_files_are_known_by_their_directives(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is not None
    assert (found.kind, found.inactive) == (Kind.NGINX, "")
    assert found.template is ("${" in text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("apache/site.conf", "<VirtualHost *:80>\n  ServerName x\n</VirtualHost>\n"),
        ("supervisor.conf", "[program:web]\nuser=root\n"),
        ("redis.conf", "maxmemory 1gb\nport 6379\n"),
        ("nginx/wait.sh", "#!/bin/sh\nset -e;\n"),
        ("logrotate/nginx", "/var/log/nginx/*.log {\n  daily\n  rotate 5\n}\n"),
        ("wg.conf", "[Interface]\nListenPort = 1\n"),
        ("nginx/robots.txt", "Allow: /\n"),
    ],
)
def test_configuration_of_other_programs_is_not_nginx(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is None or found.kind is not Kind.NGINX


def test_a_disabled_site_and_an_erb_template_are_inactive(tmp_path: Path) -> None:
    found = classify(project(tmp_path, {"nginx/a.conf.disabled": SERVER, "nginx/b.conf.erb": SERVER}))
    assert [one.inactive for one in found] == [
        "its name marks a copy that is not in use",
        "it is a template of another program (.erb)",
    ]
    assert of_kind(found, Kind.NGINX) == ()
    assert len(of_kind(found, Kind.NGINX, inactive=True)) == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/settings.py", "DEBUG = True\nINSTALLED_APPS = []\n"),
        ("config/settings/production.py", "from .base import *\n"),
        ("config/settings/base.py", "DATABASES: dict = {}\n"),
        ("conf/docker.py", "from .base import *  # noqa\nDEBUG = False\n"),
        ("settings/third_party/redis.py", "REDIS_HOST = 'x'\n"),
        ("app/settings.py", "class Prod(Configuration):\n    INSTALLED_APPS = ()\n    DEBUG = False\n"),
        ("config/settings/__init__.py", "from .django import *\n"),
    ],
)
def test_settings_modules_are_known_by_what_they_assign(tmp_path: Path, path: str, text: str) -> None:
    found = only(tmp_path, path, text)
    assert found is not None
    assert found.kind is Kind.SETTINGS


@pytest.mark.parametrize("path", ["settings/models.py", "app/config.py", "app/views.py"])
def test_other_modules_are_no_settings(tmp_path: Path, path: str) -> None:
    assert only(tmp_path, path, "LIMIT = 3\n") is None


def test_the_other_kinds_are_known(tmp_path: Path) -> None:
    files = {
        "Makefile": "",
        "justfile": "",
        "Dockerfile.prod": "ARG X\nfrom python:3\n",
        "web.Dockerfile": "FROM a\n",
        "Dockerfile.md": "FROM nowhere",
        ".github/workflows/docker-compose.yml": SERVICES,
        ".gitlab-ci.yml": "a: 1",
        "bin/deploy": "#!/usr/bin/env bash\n",
        "bin/tool": "#!/usr/bin/env python\n",
        "run.sh": "",
        "docs/index.md": "",
        "package.json": "{}",
        "requirements/base.txt": "",
        "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x')",
        "tasks.py": "from invoke import task\n",
        "app/tasks.py": "from celery import shared_task\n",
        "node_modules/x/docker-compose.yml": SERVICES,
        ".dockerignore": "",
    }
    found = {one.path: one.kind for one in classify(project(tmp_path, files))}
    assert found == {
        "Makefile": Kind.MAKEFILE,
        "justfile": Kind.TASKS,
        "Dockerfile.prod": Kind.DOCKERFILE,
        "web.Dockerfile": Kind.DOCKERFILE,
        "Dockerfile.md": Kind.DOCUMENT,
        ".github/workflows/docker-compose.yml": Kind.WORKFLOW,
        ".gitlab-ci.yml": Kind.WORKFLOW,
        "bin/deploy": Kind.SCRIPT,
        "run.sh": Kind.SCRIPT,
        "docs/index.md": Kind.DOCUMENT,
        "package.json": Kind.PACKAGE_JSON,
        "requirements/base.txt": Kind.REQUIREMENTS,
        "manage.py": Kind.ENTRY_POINT,
        "tasks.py": Kind.TASKS,
        ".dockerignore": Kind.DOCKERIGNORE,
    }


def test_places_that_are_no_deployment_are_named(tmp_path: Path) -> None:
    files = {
        "docs/examples/compose.yml": SERVICES,
        "tests/jira/docker-compose.yml": SERVICES,
        ".devcontainer/compose.yml": SERVICES,
        "deploy/compose.yml": SERVICES,
    }
    found = classify(project(tmp_path, files))
    assert [one.aside for one in found] == ["development containers", "", "examples", "tests"]


def test_files_are_counted_by_kind(tmp_path: Path) -> None:
    files = {"compose.yml": SERVICES, "a/compose.yml": SERVICES, ".env": "A=1\n"}
    assert counts(classify(project(tmp_path, files))) == {Kind.COMPOSE: 2, Kind.ENV: 1}


PIECES = b"services:|\n|  |a:|image: x|server|{|}|;|\0|=|#|\xff|'|A=1|location / {".split(b"|")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    assert isinstance(content.compose_shape(data), str)
    assert isinstance(content.nginx_shape(data, placed=True), str)
    assert isinstance(content.settings_shape(data, named=True), str)
    share = content.assignments(data)
    assert share is None or 0 <= share <= 1


def test_files_that_a_generator_fills_in_are_inactive_whatever_their_kind(tmp_path: Path) -> None:
    root = "{{cookiecutter.slug}}"
    files = {
        f"{root}/.env": "A=1\n",
        f"{root}/manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')\n",
        f"{root}/Makefile": "up:\n\tdocker compose up\n",
        f"{root}/start": "#!/bin/sh\n",
        "deploy/.env.example": "A={{ cookiecutter.a }}\nB=1\n{% if x %}\nC=1\n{% endif %}\n",
    }
    found = classify(project(tmp_path, files))
    assert {one.path for one in found} == set(files)
    assert all(one.unfilled for one in found)


def test_braces_in_values_make_no_template_of_an_env_file(tmp_path: Path) -> None:
    (found,) = classify(project(tmp_path, {".env": "FORMAT={{ name }}\nPERCENT={%d}\nB=1\n"}))
    assert not found.inactive
