"""Which names a container resolves, and who answers."""

from __future__ import annotations

import pytest

from confguard.model.hosts import Reach, reach

COMPOSE = """\
services:
  proxy:
    image: nginx:1.29
    networks: [front]
    extra_hosts: ["legacy:10.0.0.1"]
    links: ["web:linked"]
  web:
    image: a:1
    container_name: shop-web
    hostname: webhost
    networks:
      front: {aliases: [api]}
      back: {aliases: [only-back]}
  db:
    image: postgres:17
    networks: [back]
  lonely:
    image: b:1
    network_mode: none
  jobs:
    image: c:1
    profiles: [jobs]
    networks: [front]
networks:
  front:
  back:
"""


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("web", Reach.SERVICE),
        ("api", Reach.SERVICE),
        ("shop-web", Reach.SERVICE),
        ("webhost", Reach.SERVICE),
        ("proxy", Reach.SERVICE),
        ("legacy", Reach.ELSEWHERE),
        ("linked", Reach.ELSEWHERE),
        ("db", Reach.APART),
        ("only-back", Reach.APART),
        ("lonely", Reach.APART),
        ("jobs", Reach.NOBODY),
        ("wbe", Reach.NOBODY),
        ("nobody", Reach.NOBODY),
    ],
)
def test_a_name_is_answered_by_who_bears_it_in_a_shared_network(deployment_of, host, kind):
    deployment = deployment_of({"compose.yaml": COMPOSE, "run.sh": "docker compose -f compose.yaml up\n"})
    assert reach(deployment, deployment.services["proxy"], host).kind is kind


def test_what_may_be_meant_is_hinted(deployment_of):
    deployment = deployment_of({"compose.yaml": COMPOSE, "run.sh": "docker compose -f compose.yaml up\n"})
    origin = deployment.services["proxy"]
    assert "profile jobs" in reach(deployment, origin, "jobs").hints[0][1]
    assert reach(deployment, origin, "weeb").hints[0][0].text == "web"


@pytest.mark.parametrize("line", ["network_mode: host", "networks: [outside]"])
def test_nothing_is_said_where_others_may_answer(deployment_of, line):
    compose = f"services:\n  proxy:\n    image: nginx:1.29\n    {line}\n"
    compose += "networks:\n  outside: {external: true}\n"
    deployment = deployment_of({"compose.yaml": compose})
    assert reach(deployment, deployment.services["proxy"], "anybody").kind is Reach.ELSEWHERE
