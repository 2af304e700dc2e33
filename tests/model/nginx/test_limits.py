from __future__ import annotations

from pathlib import Path

from confguard.model.nginx import Level, Limit, Missing, NginxModel, access_logs, limits, log_format
from confguard.model.value import Known, Unknown
from tests.model.nginx.test_conformance import load
from tests.model.nginx.test_effective import level, whole

CASE = Path(__file__).parents[3] / "fixtures/conformance/nginx/rate-limits-and-logs"


def held(model: NginxModel, title: str) -> list[Limit]:
    found = limits(model, level(model, title))
    assert isinstance(found, tuple)
    return list(found)


def written(at: Level) -> list[tuple[str, str, str]]:
    found = access_logs(at)
    assert isinstance(found, tuple)
    return [(log.path, log.format, log.condition) for log in found]


def test_limits_come_whole_from_the_nearest_level_with_their_zones() -> None:
    model = load(CASE, "1.30.0")
    (outer, connections) = held(model, "location /")
    assert (outer.zone, outer.key, outer.rate, outer.burst) == (
        "server", Known("$server_name"), Known("100r/s"), 50,
    )  # fmt: skip
    assert (connections.zone, connections.rate) == ("addr", Known("10"))
    (login, _) = held(model, "location /login/")
    assert (login.rate, login.burst, login.delay_after, login.status) == (Known("5r/m"), 5, None, Known(429))
    api, server, two = held(model, "location /api/")
    assert (api.burst, api.delay_after, api.status) == (20, 8, Known(503))
    assert (server.burst, two.rate) == (5, Known("2"))
    assert [limit.dry_run for limit in held(model, "location /dry/")] == [True, False]


def test_a_limit_whose_zone_is_elsewhere_has_an_unknown_rate() -> None:
    model = whole("server { server_name s; limit_req zone=far burst=2; }")
    (limit,) = held(model, "server s")
    assert isinstance(limit.rate, Unknown) and limit.burst == 2


def test_access_logs_come_whole_from_the_nearest_level() -> None:
    model = load(CASE, "1.30.0")
    assert written(level(model, "location /")) == [("/var/log/nginx/access.log", "timed", "")]
    assert written(level(model, "location /api/")) == [("/var/log/nginx/api.log", "structured", "")]
    assert written(level(model, "location /dry/")) == []
    assert written(level(model, "location /conditional/")) == [
        ("/var/log/nginx/errors.log", "combined", "$loggable")
    ]


def test_without_an_access_log_nginx_writes_its_own() -> None:
    model = whole("server { server_name s; }")
    assert written(level(model, "server s")) == [("logs/access.log", "combined", "")]


def test_the_text_of_a_log_format_is_known_where_it_is_defined() -> None:
    model = load(CASE, "1.30.0")
    assert log_format(model, "structured") == Known('{"path":"$uri"}')
    assert "$http_user_agent" in str(log_format(model, "combined"))
    assert isinstance(log_format(model, "elsewhere"), Unknown)


def test_what_an_unknown_include_may_hold_is_not_guessed() -> None:
    model = whole("server { server_name s; include /etc/nginx/elsewhere/*.inc; include ${SOME}/x.conf; }")
    at = level(model, "server s")
    assert isinstance(limits(model, at), Missing)
    assert isinstance(access_logs(at), Missing)
