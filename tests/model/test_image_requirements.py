"""Which distributions an image lacks that the project lists for others."""

from __future__ import annotations

import pytest

from confguard.model.image_requirements import left_out

LISTS = {
    "requirements/base.txt": "django==5.2\n",
    "requirements/prod.txt": "-r base.txt\ngunicorn==23.0.0\n",
    "requirements/dev.txt": "-r base.txt\ndjango-extensions==4.1\n",
    "manage.py": "",
}
COMPOSE = "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n"


def process(deployment_of, lines, files=(), compose=COMPOSE):
    dockerfile = "FROM python:3.13\n" + "".join(f"{line}\n" for line in lines)
    deployment = deployment_of(
        {"compose.prod.yaml": compose, "Dockerfile": dockerfile, **LISTS, **dict(files)}
    )
    return deployment.processes["web"]


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install --no-cache-dir -r requirements/prod.txt",
        "RUN uv pip install --system --requirement=/tmp/requirements/prod.txt && rm -rf /root/.cache",
        "RUN pip install -U pip setuptools && pip install -rrequirements/prod.txt",
    ],
)
def test_what_only_the_developers_list_has_is_left_out(deployment_of, line):
    found = left_out(process(deployment_of, [line]), "django_extensions")
    assert found == (("django-extensions",), "requirements/prod.txt")


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install -r requirements/prod.txt -r requirements/dev.txt",
        "RUN pip install -r requirements/prod.txt django-extensions",
        "RUN pip install -r requirements/${KIND}.txt",
        "RUN pip install -r requirements/prod.txt .",
        "RUN pip install -r requirements/prod.txt && ./more.sh",
        "RUN pip install -r requirements/prod.txt && poetry install",
        "RUN pip install -r requirements/lost.txt",
        "COPY --from=python:3.13 /usr/local/lib /usr/local/lib",
        "RUN true",
    ],
)
def test_nothing_is_left_out_where_more_may_be_installed(deployment_of, line):
    base = "RUN pip install -r requirements/prod.txt"
    lines = [base, line] if line.startswith("COPY") else [line]
    assert left_out(process(deployment_of, lines), "django_extensions") is None


def test_modules_of_the_project_are_not_left_out(deployment_of):
    lines = ["RUN pip install -r requirements/prod.txt"]
    own = process(deployment_of, lines, {"django_extensions/__init__.py": ""})
    assert left_out(own, "django_extensions") is None


def test_a_start_that_installs_more_is_not_followed(deployment_of):
    compose = COMPOSE.replace("gunicorn", 'sh -c "pip install django-extensions" && gunicorn')
    at_start = process(deployment_of, ["RUN pip install -r requirements/prod.txt"], compose=compose)
    assert left_out(at_start, "django_extensions") is None
