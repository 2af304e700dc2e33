"""What stores refuse of their own health checks: the exit codes are those of Redis 7.0 and PostgreSQL 15."""

from __future__ import annotations

import pytest

from confguard.model.store_probes import refused

REDIS = "    image: redis:7.4\n    command: redis-server --requirepass made-up\n"
POSTGRES = "    image: postgres:17\n    environment: {POSTGRES_USER: app, POSTGRES_DB: shop}\n"


def answer(deployment_of, service, text):
    deployment = deployment_of({"compose.prod.yaml": f"services:\n  store:\n{service}"})
    return refused(deployment, deployment.processes["store"], text)


@pytest.mark.parametrize(
    "text",
    [
        "redis-cli ping | grep PONG",
        "redis-cli -h localhost -p 6379 PING | grep -q PONG || exit 1",
        "redis-cli -e ping",
        'test "$(redis-cli ping)" = "PONG"',
        "[ $(redis-cli -a other ping) = PONG ]",
        "redis-cli --pass '' ping | grep PONG",
        'redis-cli -a "$REDIS_PASSWORD" ping | grep PONG',
    ],
)
def test_a_check_for_pong_without_the_password_fails(deployment_of, text):
    found = answer(deployment_of, REDIS, text)
    assert found is not None and (found.what, found.fails) == ("password", True)
    assert found.trail[0].span.line == 4


@pytest.mark.parametrize("fails", [False, True])
def test_without_the_variable_ping_is_the_password(deployment_of, fails):
    text = "redis-cli -a $REDIS_PASSWORD ping" + " | grep PONG" * fails
    found = answer(deployment_of, REDIS, text)
    assert found is not None and (found.lost, found.fails) == ("REDIS_PASSWORD", fails)


@pytest.mark.parametrize(
    ("service", "text"),
    [
        (REDIS, "redis-cli ping"),
        (REDIS, "redis-cli --raw incr ping"),
        (REDIS, "redis-cli --raw incr ping | grep PONG"),
        (REDIS, "redis-cli -a made-up ping | grep PONG"),
        (REDIS, "redis-cli -u redis://:made-up@localhost ping | grep PONG"),
        (REDIS, "redis-cli --user monitor --pass x ping | grep PONG"),
        (REDIS, "REDISCLI_AUTH=made-up redis-cli ping | grep PONG"),
        (REDIS, "redis-cli -a '$REDIS_PASSWORD' ping | grep PONG"),
        (REDIS, "redis-cli -a $(cat /run/secrets/redis) ping | grep PONG"),
        (REDIS, "redis-cli ping | grep PONG || redis-cli -a made-up ping | grep PONG"),
        (f"{REDIS}    environment: [REDISCLI_AUTH=made-up]\n", "redis-cli ping | grep PONG"),
        (f"{REDIS}    environment: [WORD=made-up]\n", "redis-cli -a $WORD ping | grep PONG"),
        (f"{REDIS}    env_file: secret.env\n", "redis-cli -a $WORD ping | grep PONG"),
        ("    image: redis:7.4\n", "redis-cli ping | grep PONG"),
        ("    image: redis:7.4\n    command: redis-server /etc/redis.conf\n", "redis-cli ping | grep PONG"),
        (
            "    image: redis:7.4\n    command: sh -c 'redis-server --requirepass $$(cat /run/secrets/x)'\n",
            "redis-cli ping | grep PONG",
        ),
        ("    build: .\n    command: redis-server --requirepass x\n", "redis-cli ping | grep PONG"),
    ],
)
def test_what_is_answered_or_not_known_is_not_refused(deployment_of, service, text):
    assert answer(deployment_of, service, text) is None


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("psql -U postgres -c 'select 1'", "user", "postgres"),
        ("psql -Upostgres -d shop -c 'select 1' >/dev/null 2>&1", "user", "postgres"),
        ("pg_isready && psql -U app -d other -tAc 'select 1' || exit 1", "database", "other"),
        ("psql -U app -c 'select 1'", "database", "app"),
        ("psql -q -U $POSTGRES_USER -c 1", "database", "app"),
        ("PGPASSWORD=x psql -U other -d shop -c 1", None, ""),
    ],
)
def test_names_that_the_server_was_not_made_with_are_refused(deployment_of, text, what, name):
    found = answer(deployment_of, POSTGRES, text)
    assert (found.what, found.name) == (what, name) if what else found is None


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("", "pg_isready -U postgres -d other"),
        ("", "psql -U app -d shop -c 'select 1'"),
        ("", "psql -U app shop -c 'select 1'"),
        ("", "psql -U app -d postgres -c 'select 1'"),
        ("", "psql -U app -c 'select 1' | grep 1 || exit 0"),
        ("", "psql -h elsewhere -U postgres -c 'select 1'"),
        ("", "psql -U $(whoami) -c 'select 1'"),
        ("", "pg_isready || psql -U postgres -c 'select 1'"),
        ("    volumes: ['./sql:/docker-entrypoint-initdb.d']\n", "psql -U postgres -c 'select 1'"),
        ("    configs: [roles]\nconfigs: {roles: {file: roles.sql}}\n", "psql -U postgres -c 'select 1'"),
    ],
)
def test_names_that_may_be_there_are_not_refused(deployment_of, more, text):
    assert answer(deployment_of, f"{POSTGRES}{more}", text) is None
