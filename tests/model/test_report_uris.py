"""Reports of a policy that nobody takes."""

from __future__ import annotations

import pytest

from confguard.model.report_uris import Loss, lost_reports

COMPOSE = (
    "services:\n  proxy:\n    image: nginx:1.29\n    ports: ['80:80']\n"
    "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    "  web: {build: ., command: gunicorn app.wsgi}\n"
)
SETTINGS = """\
INSTALLED_APPS = []
MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "app.urls"
"""


@pytest.mark.parametrize(
    ("view", "route", "losses"),
    [
        ("def report(request):\n    return None\n", "views.report", [Loss.CSRF]),
        ("@require_POST\ndef report(request):\n    return None\n", "views.report", [Loss.CSRF]),
        ("@csrf_exempt\n@require_POST\ndef report(request):\n    return None\n", "views.report", []),
        ("@ours\ndef report(request):\n    return None\n", "views.report", []),
        ("class Report(View):\n    pass\n", "views.Report.as_view()", []),
        ("", "lambda request: None", [Loss.CSRF]),
    ],
)
def test_a_view_refuses_reports_only_where_nothing_may_exempt_it(deployment_of, view, route, losses):
    deployment = deployment_of(
        {
            "compose.prod.yaml": COMPOSE,
            "Dockerfile": "FROM python:3.13\n",
            "nginx.conf": (
                'server { listen 80; add_header Content-Security-Policy "report-uri /r/";'
                " location / { proxy_pass http://web:8000; } }\n"
            ),
            "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")\n',
            "app/settings.py": SETTINGS,
            "app/urls.py": (
                f'from django.urls import path\nfrom app import views\nurlpatterns = [path("r/", {route})]\n'
            ),
            "app/views.py": view,
        }
    )
    assert [list(one.losses) for one in lost_reports(deployment)] == ([losses] if losses else [])
