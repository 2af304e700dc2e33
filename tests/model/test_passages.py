"""How requests reach Django through nginx, and what they carry then."""

from __future__ import annotations

import pytest

from confguard.model.passages import Exposure, passages
from confguard.model.received import received
from confguard.model.value import Known, Unknown

SETTINGS = 'ALLOWED_HOSTS = ["a.example"]\nMIDDLEWARE = []\nROOT_URLCONF = "app.urls"\n'
EDGE = """\
server {
  listen 80;
  listen 443 ssl;
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-Proto $scheme;
  location / { proxy_pass http://web:8000; }
  location /named/ { proxy_pass http://web:8000; proxy_set_header X-One 1; }
  location /gone/ { return 404; proxy_pass http://web:8000; }
  location /set/ {
    set $proto https;
    proxy_pass http://web:8000;
    proxy_set_header X-Forwarded-Proto $proto;
    proxy_set_header X-Forwarded-Host "";
  }
}
"""


def model(deployment_of, nginx=EDGE, ports='["80:80", "443:443"]', more="", **files):
    compose = (
        "services:\n"
        f"  proxy:\n    image: nginx:1.29\n    ports: {ports}\n"
        "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
        "  web: {build: ., command: gunicorn app.wsgi}\n" + more
    )
    return deployment_of(
        {
            "compose.prod.yaml": compose,
            "Dockerfile": "FROM python:3.13\n",
            "nginx.conf": nginx,
            "app/settings.py": SETTINGS,
            **files,
        }
    )


def by_title(deployment, scheme="http"):
    return {one.level.title: one for one in passages(deployment) if one.scheme == scheme}


def test_every_scheme_leads_to_every_location_but_those_that_answer_themselves(deployment_of):
    found = [(one.scheme, one.level.title, one.service) for one in passages(model(deployment_of))]
    assert found == [
        (scheme, title, "web")
        for scheme in ("http", "https")
        for title in ("location /", "location /named/", "location /set/")
    ]


@pytest.mark.parametrize(
    ("title", "scheme", "header", "value"),
    [
        ("location /", "http", "host", "a.example"),
        ("location /", "https", "x-forwarded-proto", "https"),
        ("location /", "http", "x-forwarded-proto", "http"),
        ("location /named/", "http", "host", "web:8000"),
        ("location /named/", "http", "x-forwarded-proto", "lie"),
        ("location /set/", "http", "x-forwarded-proto", "https"),
        ("location /", "http", "x-forwarded-host", "lie.example"),
        ("location /set/", "http", "x-forwarded-host", None),
    ],
)
def test_headers_are_set_passed_on_or_taken_away(deployment_of, title, scheme, header, value):
    passage = by_title(model(deployment_of), scheme)[title]
    client = {"X-Forwarded-Proto": "lie", "X-Forwarded-Host": "lie.example"}
    found = received(passage, "a.example", client).get(header)
    assert found == (None if value is None else Known(value))


def test_what_an_unknown_include_may_set_is_unknown(deployment_of):
    nginx = "server { listen 80; location / { proxy_pass http://web:8000; include /etc/nginx/own.conf; } }\n"
    (passage,) = passages(model(deployment_of, nginx))
    assert isinstance(received(passage, "a.example").get("x-forwarded-proto"), Unknown)


def test_what_redirects_plain_requests_passes_only_https_on(deployment_of):
    nginx = (
        "server { listen 80; listen 443 ssl; if ($scheme = http) { return 301 https://$host$request_uri; }"
        " location / { proxy_pass http://web:8000; } }\n"
    )
    assert [one.scheme for one in passages(model(deployment_of, nginx))] == ["https"]


@pytest.mark.parametrize(
    ("ports", "exposures"),
    [
        ('["80:80"]', {"http": Exposure.PUBLIC}),
        ('["127.0.0.1:8080:80"]', {"http": Exposure.LOOPBACK}),
        ('["443:443", "127.0.0.1:80:80"]', {"http": Exposure.LOOPBACK, "https": Exposure.PUBLIC}),
        ("[]", {"http": Exposure.INSIDE, "https": Exposure.INSIDE}),
    ],
)
def test_only_published_listeners_are_reached_from_outside(deployment_of, ports, exposures):
    found = {one.scheme: one.exposure for one in passages(model(deployment_of, ports=ports))}
    assert found == exposures


INNER = "server { listen 8080; location / { proxy_pass http://web:8000; proxy_set_header X-One 1; } }\n"
TWO = """\
  inner:
    image: nginx:1.29
    volumes: ['./inner.conf:/etc/nginx/conf.d/default.conf:ro']
"""


def test_two_nginx_pass_a_request_through_both(deployment_of):
    edge = (
        "server { listen 443 ssl; location / { proxy_pass http://inner:8080;"
        " proxy_set_header X-Forwarded-Proto $scheme;"
        " proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }\n"
    )
    (passage,) = passages(model(deployment_of, edge, more=TWO, **{"inner.conf": INNER}))
    headers = received(passage, "a.example", {"X-Forwarded-For": "lie"})
    assert (passage.scheme, passage.hop.count, passage.exposure) == ("https", 2, Exposure.PUBLIC)
    assert headers.get("x-forwarded-proto") == Known("https")
    assert headers.get("host") == Known("web:8000")
    assert headers.get("x-forwarded-for") == Known("lie, 192.0.2.1")


def test_two_nginx_that_pass_to_each_other_end(deployment_of):
    edge = "server { listen 80; location / { proxy_pass http://inner:8080; } }\n"
    inner = "server { listen 8080; location / { proxy_pass http://proxy:80; } }\n"
    assert passages(model(deployment_of, edge, more=TWO, **{"inner.conf": inner})) == ()


def test_a_parameter_of_uwsgi_replaces_what_the_client_says(deployment_of):
    parameter = "uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;"
    nginx = f"server {{ listen 80; location / {{ uwsgi_pass web:8000; {parameter} }} }}\n"
    (passage,) = passages(model(deployment_of, nginx))
    headers = received(passage, "a.example", {"X-Forwarded-Proto": "lie"})
    assert headers.get("x-forwarded-proto") == Known("http")
    assert headers.get("host") == Known("a.example")


def test_many_servers_and_locations_are_followed_in_time_and_up_to_a_bound(deployment_of):
    locations = "".join(f"location /{n}/ {{ proxy_pass http://web:8000; }}\n" for n in range(60))
    nginx = "".join(f"server {{ listen 80; server_name n{n}.example; {locations} }}\n" for n in range(40))
    found = passages(model(deployment_of, nginx))
    assert len(found) == 2000
