"""Who answers a path that clients ask for."""

from __future__ import annotations

import pytest

from confguard.model.path_answers import answers, misrouted

URLS = """\
from django.urls import path, re_path
from app import views
urlpatterns = [
    path("", views.home),
    path("api/orders/", views.home),
    path("health/", views.health),
    path("items/<int:n>/", views.home),
    re_path(r"^hook$", views.hook),
    path("robots.txt", views.home),
]
"""
VIEWS = "def home(request):\n    return None\n\n\ndef health(request):\n    return None\n\n\nhook = health\n"
PASS = "proxy_pass http://web:8000;"


def _deployment(deployment_of, locations):
    return deployment_of(
        {
            "compose.prod.yaml": (
                "services:\n  proxy:\n    image: nginx:1.29\n    ports: ['80:80']\n"
                "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
                "  web: {build: ., command: gunicorn app.wsgi}\n"
            ),
            "Dockerfile": "FROM python:3.13\n",
            "nginx.conf": f"server {{ listen 80; root /srv/app; {locations} }}\n",
            "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")\n',
            "app/settings.py": 'INSTALLED_APPS = []\nMIDDLEWARE = []\nROOT_URLCONF = "app.urls"\n',
            "app/urls.py": URLS,
            "app/views.py": VIEWS,
        }
    )


@pytest.mark.parametrize(
    ("locations", "paths"),
    [
        (f"location / {{ {PASS} }}", []),
        (f"location /api/ {{ {PASS} }} location / {{ try_files $uri /index.html; }}", ["/health/", "/hook"]),
        (f"location /api/ {{ {PASS} }}", ["/health/", "/hook"]),
        (f"location /api/ {{ {PASS} }} location / {{ return 404; }}", []),
        (f"location /api/ {{ {PASS} }} location / {{ deny all; }}", []),
        (f"location /api/ {{ {PASS} }} location / {{ proxy_pass http://other:3000; }}", []),
        (f"location / {{ {PASS} }} location /health {{ proxy_pass http://web:8000/health/; }}", ["/health/"]),
        (f"location / {{ {PASS} }} location /health {{ proxy_pass http://web:8000/health; }}", []),
        (f"location / {{ {PASS} }} location = /health {{ proxy_pass http://web:8000/health/; }}", []),
        (f"location / {{ {PASS} }} location /hook {{ alias /srv/hooks; try_files $uri =404; }}", []),
    ],
)
def test_a_path_is_misrouted_only_where_nothing_leads_it_to_its_view(deployment_of, locations, paths):
    deployment = _deployment(deployment_of, locations)
    (app,) = deployment.apps
    assert [one.path for one in misrouted(deployment, app)] == paths


def test_the_method_decides_over_what_nginx_answers(deployment_of):
    deployment = _deployment(
        deployment_of, f"location /api/ {{ {PASS} }} location / {{ try_files $uri /index.html; }}"
    )
    (app,) = deployment.apps
    (get,), (post,) = answers(deployment, app, "/health/"), answers(deployment, app, "/health/", "POST")
    assert (get.status, get.file, post.status) == (200, "/srv/app/index.html", 405)
