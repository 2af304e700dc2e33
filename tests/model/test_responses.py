"""Which headers the application behind a proxy sends itself."""

from __future__ import annotations

from confguard.model.nginx import upstream_targets
from confguard.model.responses import app_behind, headers_of_app

FILES = {
    "compose.prod.yaml": (
        "services:\n"
        "  web: {build: ., command: gunicorn app.wsgi}\n"
        "  other: {image: 'example/other:1'}\n"
        "  proxy:\n"
        "    image: nginx:1.29\n"
        "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    ),
    "Dockerfile": "FROM python:3.13\n",
    "nginx.conf": (
        "server {\n  listen 80;\n  location / { proxy_pass http://web:8000; }\n"
        "  location /x/ { proxy_pass http://other:8000; }\n}\n"
    ),
    "app/settings.py": (
        "MIDDLEWARE = ['django.middleware.security.SecurityMiddleware',\n"
        "              'django.middleware.clickjacking.XFrameOptionsMiddleware']\n"
        "SECURE_CONTENT_TYPE_NOSNIFF = False\n"
        "ROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"
    ),
}


def test_django_sends_what_its_middleware_and_settings_say(deployment_of):
    deployment = deployment_of(FILES)
    django, other = upstream_targets(deployment.proxies[0])
    assert app_behind(deployment, django) is deployment.apps[0]
    assert app_behind(deployment, other) is None
    sent = {"x-frame-options", "referrer-policy", "cross-origin-opener-policy"}
    assert headers_of_app(deployment, [django]) == sent
    assert headers_of_app(deployment, [django, other]) == frozenset()
    assert headers_of_app(deployment, []) == frozenset()
