"""Whether middleware of the repository hands a request on."""

from __future__ import annotations

import pytest

from confguard.model.django.passing_middleware import passes_on

DOCKERFILE = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
CLASS = "class M:\n    def __init__(self, get_response):\n        self.get_response = get_response\n"
SETTINGS = "from django.conf import settings\n"
CLOSED = "        if settings.CLOSED:\n            return 1\n"
JSON = "from django.http import JsonResponse\nfrom elsewhere import E, a\n"
CALL = "    def __call__(self, request):\n"
ON = "        return self.get_response(request)\n"


def passes(deployment_of, text, settings="", path="/health/"):
    deployment = deployment_of(
        {
            "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n",
            "Dockerfile": DOCKERFILE,
            "shop/settings.py": f"MIDDLEWARE = ['shop.own.M']\n{settings}",
            "shop/own.py": text,
        }
    )
    (app,) = deployment.apps
    return passes_on(app.settings.middleware, "shop.own.M", path)


@pytest.mark.parametrize(
    "text",
    [
        f"{CLASS}{CALL}{ON}",
        f"{CLASS}{CALL}        if request.path == '/live/':\n            return 1\n{ON}",
        f"{CLASS}{CALL}        if request.method != 'GET' and maintenance():\n            return 1\n{ON}",
        f"{CLASS}{CALL}        try:\n            a()\n        except Exception:\n            pass\n{ON}",
        f"{CLASS}{CALL}        a = self.get_response(request)\n        a['X-A'] = 'b'\n        return a\n",
        "def M(next):\n    def handle(request):\n        return next(request)\n    return handle\n",
        f"{SETTINGS}{CLASS}{CALL}{CLOSED}{ON}",
    ],
)
def test_what_only_looks_or_answers_other_requests_hands_it_on(deployment_of, text):
    assert passes(deployment_of, text, "CLOSED = False\n")


@pytest.mark.parametrize(
    "text",
    [
        f"{CLASS}{CALL}        if request.path == '/health/':\n            return 1\n{ON}",
        f"{CLASS}{CALL}        if request.path.startswith(('/health', '/x')):\n            return 1\n{ON}",
        f"{CLASS}{CALL}        if request.headers.get('X-A') == 'b':\n            return 1\n{ON}",
        f"{JSON}{CLASS}{CALL}        if request.user.is_new:\n            return JsonResponse({{}})\n{ON}",
        f"{JSON}{CLASS}{CALL}        try:\n            a()\n        except E:\n            return 1\n{ON}",
        f"import os\n{CLASS}{CALL}        if os.environ.get('CLOSED'):\n            return 1\n{ON}",
        f"{SETTINGS}{CLASS}{CALL}{CLOSED}{ON}",
        f"{CLASS}{CALL}        request.META['HTTP_X_FORWARDED_PROTO'] = 'https'\n{ON}",
        f"{CLASS}    def process_request(self, request):\n        return answer(request)\n",
        f"from elsewhere import Base\nclass M(Base):\n{CALL}        return super().__call__(request)\n",
        f"{CLASS}{CALL}        raise ValueError\n{ON}",
        "M = made()\n",
        "class M(\n",
    ],
)
def test_what_may_answer_itself_or_change_the_scheme_is_not_said_to(deployment_of, text):
    assert not passes(deployment_of, text, "CLOSED = True\n")


def test_what_was_loaded_for_it_is_forgotten(deployment_of):
    deployment = deployment_of(
        {
            "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n",
            "Dockerfile": DOCKERFILE,
            "shop/settings.py": "MIDDLEWARE = ['shop.own.M']\n",
            "shop/words.py": "POLICY = \"default-src 'self'\"  # Content-Security-Policy\n",
            "shop/own.py": f"from shop.words import POLICY\n{CLASS}{CALL}"
            "        a = self.get_response(request)\n        a['Content-Security-Policy'] = POLICY\n"
            "        return a\n",
        }
    )
    (app,) = deployment.apps
    assert passes_on(app.settings.middleware, "shop.own.M", "/health/")
    (policy,) = app.settings.policies
    assert policy.text.value == "default-src 'self'"
