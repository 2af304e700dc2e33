"""Small repositories that say what users of other tools of this kind complain about."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.config import Settings
from tests.conftest import write_files

PROXY = """\
  proxy:
    image: nginx:1.29.3
    ports: ["443:443"]
    depends_on: [web]
    volumes:
      - ./nginx/shop.conf:/etc/nginx/conf.d/default.conf:ro
      - ./nginx/snippets:/etc/nginx/snippets:ro
      - keys:/keys:ro
"""
WEB = """\
  web:
    image: ghcr.io/acme/shop:1.4.2
    build: backend
    command: gunicorn shop.wsgi -b 0.0.0.0:8000
    environment:
      DJANGO_SETTINGS_MODULE: shop.settings
"""
SECRET = "      SECRET_KEY: ${SECRET_KEY:?}\n"
SERVER = """\
server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /keys/c.pem;
    ssl_certificate_key /keys/k.pem;
    client_max_body_size 2m;
    %s
    location / {
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header Host $host;
        proxy_pass http://web:8000;
    }
}
"""
SHOP = {
    "backend/Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . /app\n",
    "backend/manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "backend/shop/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    ),
    "backend/shop/urls.py": "urlpatterns = []\n",
    "backend/shop/settings.py": (
        "import os\nDEBUG = False\nALLOWED_HOSTS = ['shop.example']\nSECRET_KEY = os.environ['SECRET_KEY']\n"
        "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware']\n"
        "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"
    ),
}


def shop(server: str = "", settings: str = "", **files: str) -> dict[str, str]:
    """Return nginx before Django, with more lines for the server and for the settings."""
    made = {
        **SHOP,
        "compose.prod.yaml": f"services:\n{PROXY}{WEB}{SECRET}volumes: {{keys: {{}}}}\n",
        "nginx/shop.conf": SERVER % server,
        "nginx/snippets/x": "",
    }
    made["backend/shop/settings.py"] += settings
    return {**made, **files}


@pytest.fixture
def judge(tmp_path):
    """Return a function that checks files: (rule, path, severity) of each finding, or of one rule's."""

    def check(files, *rules, **settings):
        root = write_files(tmp_path / "judged", files)
        report = run.check(root, Settings(**settings)).report
        return [
            (one.rule, one.primary.span.path, one.severity.label)
            for one in report.findings
            if not rules or one.rule in rules
        ]

    return check


@pytest.fixture
def report_of(tmp_path):
    """Return a function that checks files and returns the report."""

    def check(files, **settings):
        return run.check(write_files(tmp_path / "judged", files), Settings(**settings)).report

    return check
