"""Which headers the application behind a proxy sends itself."""

from __future__ import annotations

import pytest

from confguard.model.nginx import upstream_targets
from confguard.model.responses import When, app_behind, headers_of_app, sent_by_app
from confguard.model.value import Known

SECURITY = "django.middleware.security.SecurityMiddleware"
CLICKJACKING = "django.middleware.clickjacking.XFrameOptionsMiddleware"
FILES = {
    "compose.prod.yaml": (
        "services:\n"
        "  web: {build: ., command: gunicorn app.wsgi}\n"
        "  flower: {build: ., command: celery -A app flower}\n"
        "  other: {image: 'example/other:1'}\n"
        "  proxy:\n"
        "    image: nginx:1.29\n"
        "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    ),
    "Dockerfile": "FROM python:3.13\n",
    "nginx.conf": (
        "server {\n  listen 80;\n  location / { proxy_pass http://web:8000; }\n"
        "  location /x/ { proxy_pass http://other:8000; }\n"
        "  location /flower/ { proxy_pass http://flower:5555; }\n}\n"
    ),
    "app/settings.py": (
        f"MIDDLEWARE = ['{SECURITY}', '{CLICKJACKING}']\n"
        "SECURE_CONTENT_TYPE_NOSNIFF = False\n"
        "ROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"
    ),
}


@pytest.fixture
def sent(deployment_of):
    """Return a function that says what an application with these settings sends."""

    def ask(settings, **files):
        text = f"{settings}\nROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"
        deployment = deployment_of(FILES | {"app/settings.py": text} | files)
        app = deployment.app_of("web")
        return {
            header.name: (header.value.value if isinstance(header.value, Known) else None, header.when)
            for header in sent_by_app(app)
        }

    return ask


def test_django_sends_what_its_middleware_and_settings_say(deployment_of):
    deployment = deployment_of(FILES)
    django, other, flower = upstream_targets(deployment.proxies[0])
    assert app_behind(deployment, django) is deployment.app_of("web")
    assert app_behind(deployment, other) is None
    assert app_behind(deployment, flower) is None
    names = {"x-frame-options", "referrer-policy", "cross-origin-opener-policy"}
    assert headers_of_app(deployment, [django]) == names
    assert headers_of_app(deployment, [django, other]) == frozenset()
    assert headers_of_app(deployment, []) == frozenset()


def test_the_values_are_those_of_the_settings_or_of_django(sent):
    found = sent(
        f"MIDDLEWARE = ['{SECURITY}', '{CLICKJACKING}']\nX_FRAME_OPTIONS = 'sameorigin'\n"
        "SECURE_REFERRER_POLICY = 'same-origin, strict-origin'\nSECURE_HSTS_SECONDS = 60\n"
        "SECURE_HSTS_PRELOAD = True"
    )
    assert found == {
        "x-frame-options": ("SAMEORIGIN", When.ALWAYS),
        "x-content-type-options": ("nosniff", When.ALWAYS),
        "referrer-policy": ("same-origin,strict-origin", When.ALWAYS),
        "cross-origin-opener-policy": ("same-origin", When.ALWAYS),
        "strict-transport-security": ("max-age=60; preload", When.HTTPS),
    }


def test_an_old_django_has_old_defaults(sent):
    found = sent(f"MIDDLEWARE = ['{SECURITY}']", **{"requirements.txt": "Django==3.2.25\n"})
    assert set(found) == {"x-content-type-options", "referrer-policy"}


def test_settings_without_their_middleware_send_nothing(sent):
    assert sent("MIDDLEWARE = []\nX_FRAME_OPTIONS = 'DENY'\nPERMISSIONS_POLICY = {'camera': []}") == {}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("CORS_ALLOW_ALL_ORIGINS = True", "*"),
        ("CORS_ORIGIN_ALLOW_ALL = True", "*"),
        ("CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True", None),
        ("CORS_ALLOWED_ORIGINS = ['https://a.example']", None),
    ],
)
def test_cors_headers_allows_all_or_the_origin_that_asks(sent, settings, expected):
    found = sent(f"MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\n{settings}")
    assert found == {"access-control-allow-origin": (expected, When.CROSS_ORIGIN)}


def test_an_expression_may_keep_cors_headers_from_some_paths(sent):
    found = sent(
        "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\nCORS_ALLOW_ALL_ORIGINS = True\n"
        "CORS_URLS_REGEX = r'^/api/'"
    )
    assert found == {"access-control-allow-origin": ("*", When.PERHAPS)}


def test_cors_headers_that_allow_nobody_send_nothing(sent):
    assert sent("MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\nCORS_ALLOWED_ORIGINS = []") == {}


def test_permissions_policy_writes_its_features_in_their_order(sent):
    found = sent(
        "MIDDLEWARE = ['django_permissions_policy.PermissionsPolicyMiddleware']\n"
        "PERMISSIONS_POLICY = {'geolocation': 'self', 'camera': [], 'fullscreen': ['self', 'https://a.b']}"
    )
    text = 'camera=(), fullscreen=(self "https://a.b"), geolocation=(self)'
    assert found == {"permissions-policy": (text, When.ALWAYS)}


def test_middleware_of_the_project_replaces_what_django_would_send(sent):
    middleware = (
        "from django.conf import settings\n\n\n"
        "class Headers:\n"
        "    def __init__(self, get_response):\n        self.get_response = get_response\n\n"
        "    def __call__(self, request):\n"
        "        response = self.get_response(request)\n"
        "        response['X-Frame-Options'] = 'SAMEORIGIN'\n"
        "        response.headers['Permissions-Policy'] = settings.FEATURES\n"
        "        if request.path.startswith('/x/'):\n"
        "            response['Referrer-Policy'] = 'no-referrer'\n"
        "        return response\n"
    )
    found = sent(
        f"MIDDLEWARE = ['app.middleware.Headers', '{CLICKJACKING}']\nFEATURES = 'camera=()'",
        **{"app/middleware.py": middleware},
    )
    assert found == {
        "x-frame-options": ("SAMEORIGIN", When.ALWAYS),
        "permissions-policy": ("camera=()", When.ALWAYS),
        "referrer-policy": ("no-referrer", When.PERHAPS),
    }


def test_policies_are_among_them(sent):
    found = sent("MIDDLEWARE = ['csp.middleware.CSPMiddleware']\nCSP_DEFAULT_SRC = [\"'self'\"]")
    assert found == {"content-security-policy": ("default-src 'self'", When.ALWAYS)}
