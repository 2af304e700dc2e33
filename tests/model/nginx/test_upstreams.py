from __future__ import annotations

import pytest

from confguard.model.nginx import NginxModel, Target, model_of, upstream_targets
from confguard.model.nginx.upstreams import resolvers
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile


def whole(http: str) -> NginxModel:
    return model_of(SourceFile("nginx.conf", f"events {{}}\nhttp {{\n{http}\n}}\n"))


def one(inside: str, around: str = "") -> Target:
    (target,) = upstream_targets(whole(f"{around} server {{ listen 80; location / {{ {inside} }} }}"))
    return target


def plain(target: Target) -> tuple[object, object]:
    host = target.host.value if isinstance(target.host, Known) else None
    return host, target.port.value if isinstance(target.port, Known) else None


@pytest.mark.parametrize(
    ("directive", "host", "port", "uri", "host_text", "port_text"),
    [
        ("proxy_pass http://web:8000;", "web", 8000, "", "web", "8000"),
        ("proxy_pass http://web;", "web", 80, "", "web", None),
        ("proxy_pass https://web/base/;", "web", 443, "/base/", "web", None),
        ('proxy_pass "http://web:8000/x?y";', "web", 8000, "/x?y", "web", "8000"),
        ("proxy_pass http://[::1]:8000/;", "[::1]", 8000, "/", "[::1]", "8000"),
        ("uwsgi_pass web:9000;", "web", 9000, "", "web", "9000"),
        ("fastcgi_pass 127.0.0.1:9000;", "127.0.0.1", 9000, "", "127.0.0.1", "9000"),
        ("grpc_pass grpc://web:50051;", "web", 50051, "", "web", "50051"),
        ("proxy_pass http://web:8000$request_uri;", "web", 8000, "$request_uri", "web", "8000"),
        ("set $up web; proxy_pass http://$up:8000;", "web", 8000, "", "web", None),
        ("set $up http://web:8000; proxy_pass $up;", "web", 8000, "", "web", "8000"),
    ],
)
def test_a_target_has_its_host_and_port_with_their_exact_places(
    directive: str, host: str, port: int, uri: str, host_text: str, port_text: str | None
) -> None:
    target = one(directive)
    assert plain(target) == (host, port)
    assert target.uri == uri
    assert target.host_span.text == host_text
    assert (target.port_span.text if target.port_span else None) == port_text
    assert target.uses_variable == ("$" in directive)


def test_a_socket_is_neither_host_nor_port() -> None:
    target = one("proxy_pass http://unix:/run/app.sock:/base;")
    assert (target.socket, target.port, target.uri) == ("/run/app.sock", None, "/base")
    assert target.host_span.text == "/run/app.sock"


def test_an_upstream_gives_one_target_for_each_of_its_servers() -> None:
    model = whole("""
        upstream App { server one:8001 weight=2; server two backup; server unix:/run/a.sock; }
        server { listen 80; location / { proxy_pass http://app/x; } }
    """)
    targets = upstream_targets(model)
    assert [plain(target) for target in targets] == [("one", 8001), ("two", 80), ("unix:/run/a.sock", None)]
    assert [target.host_span.text for target in targets] == ["one", "two", "/run/a.sock"]
    assert [target.parameters for target in targets] == [("weight=2",), ("backup",), ()]
    assert {target.upstream.name for target in targets if target.upstream} == {"App"}
    assert {target.span.text for target in targets} == {"proxy_pass http://app/x"}


@pytest.mark.parametrize(
    "directive",
    [
        "proxy_pass http://$host;",
        "proxy_pass http://${BACKEND}:8000;",
        "set $up a; if ($arg_b) { set $up b; } proxy_pass http://$up:80;",
        "set $up $arg_up; proxy_pass http://$up;",
        "include more.conf; proxy_pass http://$up;",
    ],
)
def test_a_host_that_the_request_or_a_template_decides_is_unknown(directive: str) -> None:
    assert isinstance(one(directive).host, Unknown)


def test_a_variable_set_around_a_nested_location_does_not_reach_it() -> None:
    target = one("set $up outer; location /in { proxy_pass http://$up; }")
    assert isinstance(target.host, Unknown)


def test_resolvers_are_found_at_the_nearest_level() -> None:
    model = whole("resolver 127.0.0.11; server { listen 80; location / { proxy_pass http://$host; } }")
    assert [item.first for item in resolvers(upstream_targets(model)[0].level)] == ["127.0.0.11"]


def problems(http: str) -> list[str]:
    return [problem.span.text for problem in whole(http).problems]


def test_a_port_after_the_name_of_an_upstream_is_refused() -> None:
    upstream = "upstream minio { server minio:9000; }"
    assert problems(f"{upstream} server {{ location / {{ proxy_pass http://minio:9001; }} }}") == [
        "proxy_pass http://minio:9001"
    ]
    assert problems(f"{upstream} server {{ location / {{ proxy_pass http://minio; }} }}") == []


def test_what_is_defined_twice_is_refused() -> None:
    assert problems("upstream a { server b; } upstream A { server c; }") == ["upstream A"]
    assert problems("server { location /a { } location ^~ /a { } location = /a { } }") == ["location ^~ /a"]
    assert problems("server { location ~ a { } location ~ a { } }") == []


def test_locations_nest_only_inside_of_each_other() -> None:
    assert problems("server { location /a { location /b { } } }") == ["location /b"]
    assert problems("server { location = /a { location /a/b { } } }") == ["location /a/b"]
    assert problems("server { location /a { location @b { } } }") == ["location @b"]
    assert problems("server { location /a { location /a/b { } location ~ c { } } }") == []


def test_a_rewrite_has_four_flags() -> None:
    assert problems("server { rewrite a b lst; }") == ["lst"]
    assert problems("server { rewrite a b last; rewrite c d; }") == []
