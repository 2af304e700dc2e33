"""Which locations miss the routes of the application behind them."""

from __future__ import annotations

import pytest

from confguard.model.route_prefixes import Mismatch, mismatches

URLS = """\
from django.contrib import admin
from django.urls import path
from app import views
urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/orders/", views.orders),
    path("api/items/<int:n>/", views.item),
]
"""
VIEWS = "def orders(request):\n    return None\n\n\ndef item(request, n):\n    return None\n"


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("location /api/ { proxy_pass http://web:8000; }", None),
        ("location /api/ { proxy_pass http://web:8000/; }", Mismatch.STRIPPED),
        ("location /api/ { proxy_pass http://web:8000/api/; }", None),
        ("location /api { proxy_pass http://web:8000; }", None),
        ("location /v2/ { proxy_pass http://web:8000/api/; }", None),
        ("location /v2/ { proxy_pass http://web:8000/v2/; }", Mismatch.UNROUTED),
        ("location /api/ { proxy_pass http://web:8000/v2/; }", Mismatch.STRIPPED),
        ("location /shop/ { proxy_pass http://web:8000/; }", Mismatch.ROOTLESS),
        ("location /api/items/5/ { proxy_pass http://web:8000; }", None),
        ("location /admin/auth/ { proxy_pass http://web:8000; }", None),
        ("location /health/ { proxy_pass http://web:8000; }", None),
        ("location = /nothing { proxy_pass http://web:8000; }", None),
        ("location ~ ^/nothing { proxy_pass http://web:8000; }", None),
        (
            "location /nothing/ { rewrite ^/nothing(.*) $1 break; proxy_pass http://web:8000; }",
            Mismatch.ROOTLESS,
        ),
        ("location /nothing/ { rewrite ^/(.*)z /$1 break; proxy_pass http://web:8000; }", None),
        (
            "location /nothing/ { if ($a) { rewrite ^/nothing(.*) $1 break; } proxy_pass http://web:8000; }",
            None,
        ),
        ("location /nothing/ { proxy_pass http://web:8000; proxy_set_header X-Script-Name /nothing; }", None),
    ],
)
def test_a_location_misses_the_routes_only_where_that_is_sure(deployment_of, location, kind):
    deployment = deployment_of(
        {
            "compose.prod.yaml": (
                "services:\n  proxy:\n    image: nginx:1.29\n    ports: ['80:80']\n"
                "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
                "  web: {build: ., command: gunicorn app.wsgi}\n"
            ),
            "Dockerfile": "FROM python:3.13\n",
            "nginx.conf": f"server {{ listen 80; {location} }}\n",
            "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")\n',
            "app/settings.py": 'INSTALLED_APPS = []\nMIDDLEWARE = []\nROOT_URLCONF = "app.urls"\n',
            "app/urls.py": URLS,
            "app/views.py": VIEWS,
        }
    )
    (app,) = deployment.apps
    assert [one.kind for one in mismatches(deployment, app)] == ([kind] if kind else [])
