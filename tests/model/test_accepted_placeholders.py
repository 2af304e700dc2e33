"""Placeholders of templates that settings let through although they refuse others."""

from __future__ import annotations

import pytest

from confguard.model.accepted_placeholders import accepted_placeholders

COMPOSE = """
services:
  web:
    build: .
    command: gunicorn shop.wsgi
    environment:
      SECRET_KEY: ${SECRET_KEY:-}
"""
DOCKERFILE = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
CHECKS = 'import os\nSECRET_KEY = os.environ["SECRET_KEY"]\nif {}:\n    raise ValueError("set SECRET_KEY")\n'
LISTED = CHECKS.format('SECRET_KEY in ("changeme", "change-me")')


def accepted(deployment_of, settings, **templates):
    files = {
        "compose.prod.yaml": COMPOSE,
        "Dockerfile": DOCKERFILE,
        "shop/settings.py": f"INSTALLED_APPS = []\n{settings}",
    }
    for name, text in templates.items():
        template = name.replace("_", ".")
        files[f".{template}.example"] = text
    deployment = deployment_of(files)
    (app,) = deployment.apps
    found = accepted_placeholders(deployment, app)
    return [(one.entry.line.path, one.refused, one.check.line) for one in found]


def test_a_placeholder_that_is_not_in_the_list_is_accepted(deployment_of):
    found = accepted(deployment_of, LISTED, env="SECRET_KEY=CHANGE_ME_SECRET_KEY\n")
    assert found == [(".env.example", "changeme", 5)]


def test_of_two_templates_only_the_other_one_is_told(deployment_of):
    texts = {"env": "SECRET_KEY=change-me\n", "env_secrets": "SECRET_KEY=CHANGE_ME_KEY\n"}
    assert accepted(deployment_of, LISTED, **texts) == [(".env.secrets.example", "changeme", 5)]


@pytest.mark.parametrize(
    ("settings", "template"),
    [
        (LISTED, "SECRET_KEY=changeme\n"),
        (LISTED, "SECRET_KEY=\n"),
        (LISTED, "SECRET_KEY=p8xkq0v2m7z4r9t1w6y3u5i8o0a2s4d6f8g1h3j5k7l9\n"),
        (LISTED, "COLOUR=CHANGE_ME_COLOUR\n"),
        (CHECKS.format('"change" in SECRET_KEY.lower()'), "SECRET_KEY=CHANGE_ME_SECRET_KEY\n"),
        (CHECKS.format("not SECRET_KEY"), "SECRET_KEY=CHANGE_ME_SECRET_KEY\n"),
        ('import os\nSECRET_KEY = os.environ["SECRET_KEY"]\n', "SECRET_KEY=CHANGE_ME_SECRET_KEY\n"),
    ],
)
def test_nothing_is_accepted_that_was_meant_to_be_refused(deployment_of, settings, template):
    assert accepted(deployment_of, settings, env=template) == []


KEPT = 'import os\nEMAIL_HOST_PASSWORD = os.getenv("EMAIL_HOST_PASSWORD", "")\n'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (f'{KEPT}if "changeme" == "x":\n    raise ValueError\n', []),
        (f'{KEPT}if EMAIL_HOST_PASSWORD == "changeme":\n    raise ValueError\n', ["changeme"]),
        (
            f'{KEPT}if globals()["EMAIL_HOST_" + "PASSWORD"] == "changeme":\n    raise ValueError\n',
            ["changeme"],
        ),
    ],
)
def test_a_variable_that_nothing_looks_at_is_never_refused(deployment_of, settings, expected):
    found = accepted(deployment_of, settings, env="EMAIL_HOST_PASSWORD=CHANGE_ME_MAIL_PASSWORD\n")
    assert [refused for _, refused, _ in found] == expected
