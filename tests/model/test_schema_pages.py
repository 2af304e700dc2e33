"""Pages of API schemas, the host of their scripts, and the policy that they are sent with."""

from __future__ import annotations

import pytest

from confguard.model.schema_pages import blocked_pages

COMPOSE = """
services:
  web:
    build: .
    command: gunicorn shop.wsgi --bind 0.0.0.0:8000
"""
PROXY = """  proxy:
    image: nginx:1.29.3
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
"""
SETTINGS = """
from django.utils.csp import CSP
INSTALLED_APPS = ["drf_spectacular"]
ROOT_URLCONF = "shop.urls"
MIDDLEWARE = ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
SECURE_CSP = {"default-src": [CSP.SELF]}
"""
URLS = """
from django.urls import path
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
urlpatterns = [
    path("docs/", SpectacularSwaggerView.as_view()),
    path("redoc/", SpectacularRedocView.as_view()),
]
"""


def blocked(deployment_of, more="", location=None):
    files = {
        "compose.prod.yaml": COMPOSE + (PROXY if location is not None else ""),
        "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n",
        "requirements.txt": "Django==6.0\n",
        "shop/settings.py": SETTINGS + more,
        "shop/urls.py": URLS,
    }
    if location is not None:
        files["nginx.conf"] = (
            f"server {{ listen 80; location / {{ proxy_pass http://web:8000; {location} }} }}\n"
        )
    return [(one.route.text, one.address) for one in blocked_pages(deployment_of(files))]


SWAGGER = ("docs/", "https://cdn.jsdelivr.net/npm/swagger-ui-dist@latest/swagger-ui-bundle.js")
REDOC = ("redoc/", "https://cdn.jsdelivr.net/npm/redoc@latest/bundles/redoc.standalone.js")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", [SWAGGER, REDOC]),
        ('SPECTACULAR_SETTINGS = {"SWAGGER_UI_DIST": "SIDECAR"}\n', [REDOC]),
        ('SPECTACULAR_SETTINGS = {"SWAGGER_UI_DIST": "/static/ui", "REDOC_DIST": "SIDECAR"}\n', []),
        ('import elsewhere\nSPECTACULAR_SETTINGS = {"REDOC_DIST": elsewhere.host()}\n', [SWAGGER]),
        ("import elsewhere\nSPECTACULAR_SETTINGS = elsewhere.options()\n", []),
        ('SECURE_CSP = {"script-src": [CSP.SELF, "https://cdn.jsdelivr.net"]}\n', []),
        ("import elsewhere\nSECURE_CSP = elsewhere.policy()\n", []),
        ("MIDDLEWARE = []\n", []),
    ],
)
def test_a_page_is_blocked_where_its_host_and_its_policy_are_known_and_disagree(
    deployment_of, more, expected
):
    assert blocked(deployment_of, more) == expected


@pytest.mark.parametrize(
    ("location", "more", "expected"),
    [
        ("", "", [SWAGGER, REDOC]),
        ("proxy_hide_header Content-Security-Policy;", "", []),
        ("add_header Content-Security-Policy \"default-src 'self'\";", "MIDDLEWARE = []\n", [SWAGGER, REDOC]),
        ("add_header Content-Security-Policy $policy;", "MIDDLEWARE = []\n", []),
        ("add_header Content-Security-Policy \"script-src https://cdn.jsdelivr.net/npm/redoc@latest/\";",
         "MIDDLEWARE = []\n", [SWAGGER]),
    ],
)  # fmt: skip
def test_the_policy_is_the_one_that_comes_through_nginx(deployment_of, location, more, expected):
    assert blocked(deployment_of, more, location) == expected
