"""What answers carry from both sides, what becomes of two headers, whom Django believes."""

from __future__ import annotations

import pytest

from confguard.model.nginx import upstream_targets
from confguard.model.responses import (
    Outcome,
    Serves,
    app_behind,
    believes_https,
    carried,
    doubled,
    serves,
    twice,
)
from confguard.model.value import Known
from tests.model.responses.test_app_headers import CLICKJACKING, FILES, SECURITY


@pytest.fixture
def routes(deployment_of):
    """Return a function that models an nginx in front of Django."""

    def model(nginx, settings="", **files):
        text = (
            f"MIDDLEWARE = ['{SECURITY}', '{CLICKJACKING}']\n{settings}\n"
            "ROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"
        )
        deployment = deployment_of(FILES | {"nginx.conf": nginx, "app/settings.py": text} | files)
        return deployment, deployment.proxies[0]

    return model


def test_an_answer_has_what_nginx_adds_and_what_it_does_not_hide(routes):
    deployment, model = routes(
        "server {\n listen 80;\n add_header X-Frame-Options DENY;\n"
        " location / { proxy_pass http://web:8000; proxy_hide_header Referrer-Policy; }\n}\n"
    )
    (target,) = upstream_targets(model)
    found = {one.name: one for one in carried(app_behind(deployment, target), target)}
    assert set(found) == {"x-frame-options", "x-content-type-options", "cross-origin-opener-policy"}
    assert [name for name, one in found.items() if one.is_doubled] == ["x-frame-options"]


def test_uwsgi_has_a_directive_of_its_own_to_hide_headers(routes):
    deployment, model = routes(
        "server {\n listen 80;\n location / { uwsgi_pass web:8000; uwsgi_hide_header X-Frame-Options;\n"
        "  proxy_hide_header Referrer-Policy; }\n}\n"
    )
    (target,) = upstream_targets(model)
    names = {one.name for one in carried(app_behind(deployment, target), target)}
    assert "x-frame-options" not in names
    assert "referrer-policy" in names


def test_what_an_include_may_add_is_not_known(routes):
    deployment, model = routes(
        "server {\n listen 80;\n location / { proxy_pass http://web:8000; include /etc/letsencrypt/x; }\n}\n"
    )
    (target,) = upstream_targets(model)
    assert carried(app_behind(deployment, target), target) is None


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "outcome"),
    [
        ("x-frame-options", "DENY", "deny", Outcome.HARMLESS),
        ("x-frame-options", "DENY", "SAMEORIGIN", Outcome.STRICTER),
        ("cross-origin-opener-policy", "same-origin", "same-origin", Outcome.VOID),
        ("access-control-allow-origin", None, "*", Outcome.REFUSED),
        ("referrer-policy", "same-origin", "no-referrer", Outcome.LAST),
        ("referrer-policy", "a,b", "a, b", Outcome.HARMLESS),
        ("strict-transport-security", "max-age=1", "max-age=2", Outcome.FIRST),
        ("strict-transport-security", "max-age=1; preload", "preload; max-age=1", Outcome.HARMLESS),
        ("permissions-policy", "camera=()", "camera=(self)", Outcome.LAST),
    ],
)
def test_each_header_has_a_rule_for_two_of_them(name, ours, theirs, outcome):
    assert twice(name, ours, theirs).outcome is outcome


def test_nothing_is_said_of_values_or_headers_that_are_not_known():
    assert twice("x-frame-options", None, "DENY") is None
    assert twice("x-served-by", "a", "b") is None


@pytest.mark.parametrize(
    ("settings", "header", "secure", "expected"),
    [
        ("", "proxy_set_header X-Forwarded-Proto https;", True, False),
        ("TRUST", "proxy_set_header X-Forwarded-Proto $scheme;", True, True),
        ("TRUST", "proxy_set_header X-Forwarded-Proto $scheme;", False, False),
        ("TRUST", "proxy_set_header X-Forwarded-Proto https;", False, True),
        ("TRUST", "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;", True, False),
        ("TRUST", "", True, False),
    ],
)
def test_django_believes_what_the_header_says_that_it_trusts(routes, settings, header, secure, expected):
    trust = "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')" if settings else ""
    deployment, model = routes(
        f"server {{\n listen {'443 ssl' if secure else '80'};\n"
        f" location / {{ proxy_pass http://web:8000; {header} }}\n}}\n",
        trust,
    )
    (target,) = upstream_targets(model)
    found = believes_https(deployment, app_behind(deployment, target), model, target, secure)
    assert (found.value if isinstance(found, Known) else None) is expected


def test_a_header_that_is_sent_over_https_only_is_doubled_there_only(routes):
    nginx = (
        "server {\n listen LISTEN;\n add_header Strict-Transport-Security max-age=9;\n"
        " location / { proxy_pass http://web:8000; proxy_set_header X-Forwarded-Proto $scheme; }\n}\n"
    )
    settings = "SECURE_HSTS_SECONDS = 9\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')"
    assert doubled(*routes(nginx.replace("LISTEN", "80"), settings)) == ()
    (one,) = doubled(*routes(nginx.replace("LISTEN", "443 ssl"), settings))
    assert (one.name, one.verdict.outcome) == ("strict-transport-security", Outcome.HARMLESS)


def test_a_variable_may_be_empty_and_then_nothing_is_doubled(routes):
    location = "location / { proxy_pass http://web:8000; }"
    nginx = f"server {{\n listen 80;\n add_header X-Frame-Options $x;\n {location}\n}}\n"
    assert doubled(*routes(nginx)) == ()


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/ { proxy_pass http://web:8000; }", Serves.UPSTREAM),
        ("/h { return 200 ok; }", Serves.FIXED),
        (r"~ /\. { deny all; }", Serves.NOBODY),
        ("/static/ { alias /srv/static/; }", Serves.FILES),
        ("/ { root /srv/www; try_files $uri /index.html; }", Serves.DOCUMENTS),
        (r"~* \.html$ { root /srv/www; }", Serves.DOCUMENTS),
        ("/a { rewrite ^ /b; root /srv/www; }", Serves.OTHER),
        ("/ { }", Serves.OTHER),
    ],
)
def test_a_location_serves_files_documents_or_nothing(routes, location, expected):
    _, model = routes(f"server {{\n listen 80;\n location {location}\n}}\n")
    assert [serves(one) for one in model.locations.values()] == [expected]
