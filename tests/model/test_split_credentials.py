"""Names and passwords that a server has from a variable, and its clients from a copy."""

from __future__ import annotations

import pytest

from confguard.model.split_credentials import splits

STACK = """
services:
  web:
    image: registry.example.com/shop:1.4
    environment:
      DATABASE_URL: {url}
  db:
    image: postgres:17.6
    environment:
      POSTGRES_USER: ${{POSTGRES_USER:-shop}}
      POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:-changeme}}
      POSTGRES_DB: ${{POSTGRES_DB:-store}}
"""


def found(deployment_of, url):
    deployment = deployment_of({"compose.prod.yaml": STACK.format(url=url)})
    return [(one.variable, one.whole) for one in splits(deployment)]


def test_the_url_as_it_should_be_has_every_variable_in_its_place(deployment_of):
    whole = "postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD}@db:5432/${POSTGRES_DB}"
    assert found(deployment_of, "postgresql://shop:changeme@db:5432/store") == [
        ("POSTGRES_USER", whole),
        ("POSTGRES_PASSWORD", whole),
        ("POSTGRES_DB", whole),
    ]


def test_a_password_of_its_own_is_not_shown(deployment_of):
    assert found(deployment_of, "postgresql://shop:another@db/store?sslmode=disable") == [
        ("POSTGRES_USER", "postgresql://${POSTGRES_USER}:...@db/${POSTGRES_DB}"),
        ("POSTGRES_DB", "postgresql://${POSTGRES_USER}:...@db/${POSTGRES_DB}"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://${POSTGRES_USER:-shop}:${POSTGRES_PASSWORD:-changeme}@db/${POSTGRES_DB:-store}",
        "postgresql://ann:another@db/others",
        "postgresql://shop:changeme@elsewhere.example.com/store",
        "postgresql://db/store",
    ],
)
def test_nothing_is_split(deployment_of, url):
    assert found(deployment_of, url) == []
