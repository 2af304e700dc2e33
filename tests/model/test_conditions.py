"""Whether what services wait for can come."""

from __future__ import annotations

import pytest

from confguard.model.conditions import HEALTHY, has_healthcheck, unmet, waits_for


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("image: postgres:17", False),
        ("image: postgres:17\n    healthcheck: {test: pg_isready}", True),
        ("image: postgres:17\n    healthcheck: {test: [NONE]}", False),
        ("image: ghcr.io/example/db:1", None),
        ("image: docker.io/library/redis:7", False),
        ("build: .", True),
        ("build: .\n    healthcheck: {disable: true}", False),
    ],
)
def test_a_health_check_is_the_services_own_or_its_images(deployment_of, service, expected):
    dockerfile = "FROM python:3.13\nHEALTHCHECK CMD curl -f http://localhost\n"
    found = deployment_of({"compose.yaml": f"services:\n  one:\n    {service}\n", "Dockerfile": dockerfile})
    assert has_healthcheck(found, found.services["one"]) is expected


def test_waiting_goes_through_other_services(deployment_of):
    found = deployment_of(
        {
            "compose.yaml": "services:\n  a:\n    image: redis:7\n    depends_on: [b]\n"
            "  b:\n    image: redis:7\n    depends_on:\n      c: {condition: service_healthy}\n"
            "  c:\n    image: redis:7\n    healthcheck: {test: redis-cli ping}\n    depends_on: [a2]\n"
            "  a2:\n    image: redis:7\n"
        }
    )
    assert waits_for(found, "a", frozenset({HEALTHY})) == {"c"}
    assert list(unmet(found)) == []
