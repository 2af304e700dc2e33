"""Fixes as an author would write them: said once, in the style of the file, and safe where nothing opens."""

import pytest

from confguard.config import Settings
from confguard.run import check
from confguard.run.fixing import fix
from confguard.source import SourceFile

COMPOSE = """\
services:
  web:
    build: .
    command: gunicorn app.wsgi -b 0.0.0.0:8000
  proxy:
    image: nginx:1.29.3
    ports: ["80:80", "443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
"""
SETTINGS = """\
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "app.urls"
INSTALLED_APPS = []
"""


@pytest.fixture
def fixed(repository):
    """Return a function that applies the fixes of one rule and returns the text of nginx.conf, or None."""

    def apply(rule, text, *, unsafe=False, settings=SETTINGS):
        files = {
            "compose.prod.yaml": COMPOSE,
            "Dockerfile": "FROM python:3.13\n",
            "app/settings.py": settings,
            "nginx.conf": text,
        }
        done = fix(repository(files), Settings(select=(rule,)), unsafe=unsafe)
        return done.changes["nginx.conf"][1] if done.changes else None

    return apply


TWICE = """\
server {
    listen 80;
    add_header X-Content-Type-Options nosniff always;
%s
    location /api/ {
        proxy_pass http://web:8000;
    }
    location /admin/ {
        proxy_pass http://web:8000;
%s    }
}
"""
HIDDEN = "proxy_hide_header X-Content-Type-Options;\n"


def test_a_header_is_hidden_once_for_a_server_whose_routes_all_have_it_twice(fixed):
    made = fixed("duplicated-header", TWICE % ("", ""))
    assert made == TWICE % (f"    {HIDDEN}", "")


def test_a_header_is_hidden_at_the_routes_where_one_of_them_hides_others(fixed):
    own = "        proxy_hide_header X-Powered-By;\n"
    made = fixed("duplicated-header", TWICE % ("", own))
    assert made.count(HIDDEN) == 2
    assert f"{own}        {HIDDEN}" in made


def test_a_header_is_hidden_at_the_routes_where_another_one_goes_elsewhere(fixed):
    elsewhere = "    location /live/ {\n        proxy_pass http://192.0.2.7;\n    }\n"
    made = fixed("duplicated-header", TWICE % (elsewhere, ""))
    assert made.count(f"        {HIDDEN}") == 2


FILES = """\
server {
    listen 80;
%s    location /media/ {
        alias /srv/media/;
    }
    location / {
        proxy_pass http://web:8000;
    }
}
"""


def test_files_are_protected_where_no_other_header_is_lost_by_it(fixed):
    assert "nosniff" in fixed("unprotected-static-responses", FILES % "")
    assert fixed("unprotected-static-responses", FILES % "    add_header X-Served-By proxy;\n") is None


TLS = """\
%sserver {
    listen 443 ssl;
    ssl_certificate /etc/nginx/a.pem;
    ssl_certificate_key /etc/nginx/a.key;
%s    location / {
        proxy_pass http://web:8000;
    }
    location /api/ {
        proxy_pass http://web:8000;
%s    }
}
"""
HSTS = 'add_header Strict-Transport-Security "max-age=31536000" always;'


def test_hsts_is_said_once_and_again_where_it_would_not_be_inherited(fixed):
    served = "add_header X-Served-By proxy;\n"
    assert fixed("weak-hsts", TLS % ("", "", ""), unsafe=True).count(HSTS) == 1
    made = fixed("weak-hsts", TLS % ("", f"    {served}", ""), unsafe=True)
    assert made == TLS % ("", f"    {served}    {HSTS}\n", "")
    made = fixed("weak-hsts", TLS % ("", "", f"        {served}"), unsafe=True)
    assert made.count(HSTS) == 2
    assert fixed("weak-hsts", TLS % (served, "", ""), unsafe=True) is None


LOST = """\
server {
    listen 80;
    add_header %s always;
    location /static/ {
        alias /srv/static/;
        add_header Cache-Control public;
    }
}
"""


@pytest.mark.parametrize(
    ("header", "safe"),
    [
        ("X-Content-Type-Options nosniff", True),
        ("X-Frame-Options SAMEORIGIN", True),
        ("X-Frame-Options DENY", False),
        ("Content-Security-Policy \"default-src 'self'\"", False),
    ],
)
def test_headers_that_take_something_away_are_not_repeated_without_a_look(fixed, header, safe):
    text = LOST % header
    assert fixed("lost-security-headers", text, unsafe=True).count(header) == 2
    assert (fixed("lost-security-headers", text) is not None) == safe


def test_rounds_read_only_what_they_changed_again(repository):
    text = TWICE % ("", "")
    root = repository({"compose.prod.yaml": COMPOSE, "app/settings.py": SETTINGS, "nginx.conf": text})
    settings = Settings(select=("duplicated-header",))
    first = check(root, settings)
    assert first.report.findings
    (root / "compose.prod.yaml").write_text("services: {}\n")
    mended = SourceFile("nginx.conf", text.replace("    add_header", "    # add_header"))
    known = first.repo.project
    assert check(root, settings, known=known).report.findings == first.report.findings
    assert not check(root, settings, {"nginx.conf": mended}, known=known).report.findings
