"""Every option of every rule changes what the rule finds."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.cards import load_cards
from confguard.config import Settings
from tests.conftest import write_files

NGINX = """\
server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /c.pem;
    ssl_certificate_key /k.pem;
    add_header Strict-Transport-Security "max-age=864000" always;
    location / { proxy_pass http://web:8000; proxy_set_header X-Forwarded-Proto $scheme; }
    location /a/ { add_header Referrer-Policy same-origin; proxy_pass http://web:8000; }
}
"""
SETTINGS = "DEBUG = False\nALLOWED_HOSTS = ['shop.example']\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n"
FILES = {
    "compose.prod.yaml": """\
services:
  proxy:
    image: nginx:1.29.3
    ports: ["443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
  web:
    build: backend
    image: ghcr.io/acme/shop
    command: gunicorn shop.wsgi -b 0.0.0.0:8000
    ports: ["8000:8000"]
    env_file: .env
    environment:
      DJANGO_SETTINGS_MODULE: shop.settings
  other:
    image: ghcr.io/acme/other
  db:
    image: postgres:17.6
    ports: ["5432:5432"]
    environment:
      POSTGRES_PASSWORD: postgres
    volumes: ["data:/var/lib/postgresql/data"]
volumes:
  data:
""",
    ".env.production.example": "FORGOTTEN=1\nAPI_KEY=sk_live_4eC39HqLyjWDarjtT1zdp7dcQz8RkP2v\n",
    "nginx.conf": NGINX,
    "backend/Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . /app\n",
    "backend/shop/settings.py": SETTINGS,
    "backend/shop/urls.py": "urlpatterns = []\n",
    "backend/shop/wsgi.py": (
        "import os\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    ),
}
MALFORMED = FILES["compose.prod.yaml"].replace("17.6", "17.6  # confguard: ignore[default-password]")

CASES = {
    ("bypassed-proxy", "allow"): (FILES, ["web"]),
    ("default-password", "allow"): (FILES, ["db"]),
    ("live-secret-in-template", "allow"): (FILES, ["API_KEY"]),
    ("lost-security-headers", "headers"): (
        {**FILES, "nginx.conf": NGINX.replace("Strict-Transport-Security", "X-Ours")},
        ["X-Ours"],
    ),
    ("malformed-suppression", "missing-reason"): ({**FILES, "compose.prod.yaml": MALFORMED}, "off"),
    ("published-datastore-port", "allow"): (FILES, ["db"]),
    ("ungated-proxy", "convention"): (FILES, "always"),
    ("unpinned-image", "allow"): (FILES, ["ghcr.io/acme/other"]),
    ("unpinned-image", "require-digest"): (FILES, True),
    ("unread-variable", "allow"): (FILES, ["FORGOTTEN", "API_KEY"]),
    ("weak-hsts", "minimum-days"): (FILES, 365),
}


def findings(root, rule, options):
    # By its family: a rule that is selected by its own name may take a convention for wanted.
    settings = Settings(select=(load_cards()[rule].family,), rule_options=options)
    found = [one for one in run.check(root, settings).report.findings if one.rule == rule]
    return [(one.message, str(one.primary.span), one.severity) for one in found]


def options_of_cards():
    return [(card.name, option) for card in load_cards().values() for option in card.options]


@pytest.mark.parametrize(("rule", "option"), options_of_cards())
def test_an_option_changes_what_its_rule_finds(rule, option, tmp_path):
    assert (rule, option) in CASES, "say in this file where the option makes a difference"
    files, value = CASES[rule, option]
    root = write_files(tmp_path, files)
    assert findings(root, rule, {}) != findings(root, rule, {rule: {option: value}})
