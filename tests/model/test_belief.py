"""What Django believes of the scheme and the host of a request."""

from __future__ import annotations

import pytest

from confguard.model.belief import allowed_hosts, is_secure, raw_host, trusts_proxy
from confguard.model.client_address import forwarded_for
from confguard.model.django.hosts import accepts
from confguard.model.forwarding import Cause, deaf
from confguard.model.passages import passages
from confguard.model.received import Headers, received
from confguard.model.value import Known, Unknown

HEADER = 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\n'


def model(deployment_of, settings="", command="gunicorn app.wsgi", environment="", nginx=None, **files):
    location = nginx or "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme;"
    return deployment_of(
        {
            "compose.prod.yaml": (
                "services:\n  proxy:\n    image: nginx:1.29\n    ports: ['80:80', '443:443']\n"
                "    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n"
                f"  web:\n    build: .\n    command: {command}\n{environment}"
            ),
            "Dockerfile": "FROM python:3.13\n",
            "nginx.conf": (
                "server { listen 80; listen 443 ssl;"
                f" location / {{ proxy_pass http://web:8000; {location} }} }}\n"
            ),
            "app/settings.py": f'INSTALLED_APPS = []\nMIDDLEWARE = []\nROOT_URLCONF = "app.urls"\n{settings}',
            **files,
        }
    )


def passage_of(deployment, scheme="https"):
    return next(one for one in passages(deployment) if one.scheme == scheme)


@pytest.mark.parametrize(
    ("settings", "headers", "secure"),
    [
        (HEADER, {"x-forwarded-proto": "https"}, True),
        (HEADER, {"x-forwarded-proto": "https, http"}, True),
        (HEADER, {"x-forwarded-proto": "http, https"}, False),
        (HEADER, {"x-forwarded-proto": "HTTPS"}, False),
        (HEADER, {}, False),
        (HEADER.replace("HTTP_X", "X"), {"x-forwarded-proto": "https"}, False),
        (HEADER.replace("X_FORWARDED_PROTO", "X-FORWARDED-PROTO"), {"x-forwarded-proto": "https"}, False),
        ("", {"x-forwarded-proto": "https"}, False),
    ],
)
def test_the_first_word_of_the_header_decides(deployment_of, settings, headers, secure):
    deployment = model(deployment_of, settings)
    sent = Headers({name: Known(value) for name, value in headers.items()})
    assert is_secure(deployment, passage_of(deployment), sent) == Known(secure)


def test_middleware_of_ones_own_may_tell_it_otherwise(deployment_of):
    deployment = model(deployment_of, 'MIDDLEWARE = ["app.middleware.ProxyScheme"]\n')
    assert isinstance(is_secure(deployment, passage_of(deployment), Headers({})), Unknown)


@pytest.mark.parametrize(
    ("command", "environment", "trusts"),
    [
        ("gunicorn app.wsgi", "", False),
        ("gunicorn app.wsgi --forwarded-allow-ips=*", "", True),
        ("gunicorn app.wsgi --forwarded-allow-ips '*'", "", True),
        ("gunicorn app.wsgi --forwarded-allow-ips=127.0.0.1", "", False),
        ("gunicorn app.wsgi", "    environment: {FORWARDED_ALLOW_IPS: '*'}\n", True),
        ("uvicorn app.asgi:application", "    environment: {FORWARDED_ALLOW_IPS: '*'}\n", True),
        ("daphne --proxy-headers app.asgi:application", "", True),
        ("daphne app.asgi:application", "", False),
        ("python manage.py runserver 0.0.0.0:8000", "", False),
        ("gunicorn app.wsgi --forwarded-allow-ips=172.18.0.0/16", "", None),
        ("gunicorn app.wsgi --forwarded-allow-ips=$PROXY", "", None),
        ("hypercorn app.asgi:application", "", None),
    ],
)
def test_servers_trust_a_proxy_in_another_container_only_where_they_are_told(
    deployment_of, command, environment, trusts
):
    found = trusts_proxy(model(deployment_of, command=command, environment=environment), "web")
    assert (found.value if isinstance(found, Known) else None) is trusts


def test_a_configuration_of_gunicorn_may_say_whom_it_trusts(deployment_of):
    files = {"gunicorn.conf.py": 'forwarded_allow_ips = "*"\n'}
    assert isinstance(trusts_proxy(model(deployment_of, **files), "web"), Unknown)


@pytest.mark.parametrize(
    ("settings", "host"),
    [("", "a.example"), ("USE_X_FORWARDED_HOST = True\n", "b.example")],
)
def test_the_forwarded_host_counts_only_where_it_is_switched_on(deployment_of, settings, host):
    deployment = model(deployment_of, settings)
    passage = passage_of(deployment)
    headers = received(passage, "a.example", {"X-Forwarded-Host": "b.example"})
    assert raw_host(passage.app, headers) == Known(host)


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ('ALLOWED_HOSTS = ["a.example"]\n', False),
        ('ALLOWED_HOSTS = ["b.example"]\n', True),
        ('ALLOWED_HOSTS = ["*"]\n', False),
        ("ALLOWED_HOSTS = []\n", True),
        ("DEBUG = True\nALLOWED_HOSTS = []\n", False),
        ("from own import HOSTS as ALLOWED_HOSTS\n", False),
    ],
)
def test_a_host_is_refused_only_where_that_is_sure(deployment_of, settings, refused):
    hosts = allowed_hosts(passage_of(model(deployment_of, settings)).app)
    assert (isinstance(hosts, Known) and not accepts("a.example", hosts.value)) is refused


@pytest.mark.parametrize(
    ("settings", "nginx", "causes"),
    [
        (HEADER, None, [("http", Cause.OVERWRITTEN)]),
        ("", None, [("http", Cause.SETTING), ("https", Cause.SETTING)]),
        (HEADER, "proxy_set_header Host $host;", [("https", Cause.ABSENT)]),
        (HEADER, "proxy_set_header X-Forwarded-Proto https;", []),
    ],
)
def test_what_keeps_django_from_learning_of_https(deployment_of, settings, nginx, causes):
    deployment = model(deployment_of, settings, nginx=nginx)
    (app,) = deployment.apps
    assert [(one.passage.scheme, one.cause) for one in deaf(deployment, app)] == causes


@pytest.mark.parametrize(
    ("nginx", "chain"),
    [
        ("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", ("203.0.113.9", "192.0.2.1")),
        ("proxy_set_header X-Forwarded-For $remote_addr;", ("192.0.2.1",)),
        ("proxy_set_header Host $host;", ("203.0.113.9",)),
        ('proxy_set_header X-Forwarded-For "";', ()),
    ],
)
def test_the_chain_of_addresses_is_what_nginx_makes_of_it(deployment_of, nginx, chain):
    assert forwarded_for(passage_of(model(deployment_of, nginx=nginx))) == chain
