"""What envsubst leaves in a configuration, and what it takes out of it."""

from __future__ import annotations

from confguard.model.nginx.placeholders import swallowed, unfilled

COMPOSE = """\
services:
  proxy:
    image: nginx:1.29.3
    environment: {{ SET: "1", host: "x" }}
    volumes:
      - ./site.conf:{target}
"""
SITE = """\
server {
    listen 80;
    map_hash_bucket_size 64;
    add_header A $SET$UNSET;
    add_header B ${host}$uri;
}
"""


def model_of(deployment_of, target):
    files = {"compose.yaml": COMPOSE.format(target=target), "site.conf": SITE}
    return deployment_of({**files, "run.sh": "docker compose -f compose.yaml up\n"}).proxies[0]


def test_a_template_keeps_what_is_not_set(deployment_of):
    model = model_of(deployment_of, "/etc/nginx/templates/site.conf.template")
    assert [(one.name, one.filled) for one in unfilled(model)] == [("UNSET", True)]
    assert [one.name for one in swallowed(model)] == ["host"]


def test_a_file_that_is_no_template_keeps_everything(deployment_of):
    model = model_of(deployment_of, "/etc/nginx/conf.d/site.conf")
    assert [(one.name, one.filled) for one in unfilled(model)] == [("SET", False), ("UNSET", False)]
    assert not list(swallowed(model))


def test_the_model_names_the_files_that_a_container_gets(deployment_of):
    model = model_of(deployment_of, "/etc/nginx/templates/site.conf.template")
    assert {(one.path, one.target, one.filled) for one in model.delivered} == {
        ("site.conf", "/etc/nginx/templates/site.conf.template", False),
        ("site.conf", "/etc/nginx/conf.d/site.conf", True),
    }
