"""Sessions without Django's check of the token."""

from __future__ import annotations

import pytest

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
BOTH = f"MIDDLEWARE = ['{SESSION}', '{AUTH}']\nINSTALLED_APPS = ['shop']\n"


def unprotected(repository, settings, views=""):
    from confguard.discover.kinds import classify
    from confguard.discover.project import open_project
    from confguard.model.django.csrf import unprotected_forms
    from confguard.model.repo import build

    files = {
        "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n",
        "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n",
        "shop/settings.py": settings,
        "shop/views.py": views,
    }
    project = open_project(repository(files))
    (deployment,) = build(project, classify(project), (), {}, frozenset()).deployments
    (app,) = deployment.apps
    return unprotected_forms(project, app.settings)


def test_a_login_by_session_without_the_check_is_told_with_both_places(repository):
    found = unprotected(repository, BOTH)
    assert (found.session.text.strip("'"), found.authentication.text.strip("'")) == (SESSION, AUTH)


@pytest.mark.parametrize(
    ("settings", "views"),
    [
        (f"MIDDLEWARE = ['{SESSION}', '{CSRF}', '{AUTH}']\n", ""),
        (f"MIDDLEWARE = ['{SESSION}', 'shop.OwnCsrfMiddleware', '{AUTH}']\n", ""),
        (f"MIDDLEWARE = ['{AUTH}']\n", ""),
        (f"MIDDLEWARE = ['{SESSION}']\n", ""),
        (f"import elsewhere\nMIDDLEWARE = ['{SESSION}', '{AUTH}', *elsewhere.more()]\n", ""),
        (f"import elsewhere\nMIDDLEWARE = ['{SESSION}', elsewhere.name(), '{AUTH}']\n", ""),
        (BOTH.replace("'shop'", "'rest_framework'"), ""),
        (BOTH, "from django.views.decorators.csrf import csrf_protect\n"),
    ],
)
def test_what_may_check_the_token_is_not_told(repository, settings, views):
    assert unprotected(repository, settings, views) is None
