from __future__ import annotations

import pytest

from confguard.model.nginx import (
    Level,
    NginxModel,
    effective,
    flag,
    header_set,
    headers,
    lost_headers,
    model_of,
    request_headers,
    seconds,
    size,
)
from confguard.model.nginx.effective import parse_size, parse_time
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile


def read(text: str) -> NginxModel:
    return model_of(SourceFile("nginx.conf", text))


def whole(http: str) -> NginxModel:
    return read(f"events {{}}\nhttp {{\n{http}\n}}\n")


def level(model: NginxModel, title: str) -> Level:
    (found,) = [item for item in model.levels() if item.title == title]
    return found


def names(level: Level) -> list[str]:
    return [header.name for header in headers(level)]


SITE = """
add_header X-Http 1;
server {
    listen 80;
    server_name site;
    add_header X-Server 1 always;
    add_header X-Both 1;
    location /inherit { return 200; }
    location /own { add_header X-Own 1; add_header x-both 2; location /own/deeper { return 200; } }
    location /if { if ($arg_a) { add_header X-If 1; } }
}
"""


def test_a_header_at_an_inner_level_replaces_all_outer_ones() -> None:
    model = whole(SITE)
    assert names(level(model, "http")) == ["X-Http"]
    assert names(level(model, "server site")) == ["X-Server", "X-Both"]
    assert names(level(model, "location /inherit")) == ["X-Server", "X-Both"]
    assert names(level(model, "location /own")) == ["X-Own", "x-both"]
    assert names(level(model, "location /own/deeper")) == ["X-Own", "x-both"]
    assert names(level(model, "if ($arg_a)")) == ["X-If"]


def test_lost_headers_name_what_is_lost_and_what_loses_it() -> None:
    model = whole(SITE)
    lost, causes = lost_headers(level(model, "location /own"))
    assert [(header.name, header.always, header.span.text) for header in lost] == [
        ("X-Server", True, "add_header X-Server 1 always")
    ]
    assert [cause.span.text for cause in causes] == ["add_header X-Own 1", "add_header x-both 2"]
    assert [header.name for header in lost_headers(level(model, "server site"))[0]] == ["X-Http"]
    assert [header.name for header in lost_headers(level(model, "if ($arg_a)"))[0]] == ["X-Server", "X-Both"]
    assert lost_headers(level(model, "location /inherit")) == ((), ())
    assert lost_headers(level(model, "location /own/deeper")) == ((), ())


def test_headers_merge_where_the_configuration_says_so() -> None:
    model = whole("""
        add_header X-Http 1; add_header_inherit merge;
        server { server_name s; add_header X-Server 1;
            location /off { add_header_inherit off; }
            location /on { add_header_inherit on; add_header X-On 1; } }
    """)
    assert names(level(model, "server s")) == ["X-Http", "X-Server"]
    assert lost_headers(level(model, "server s")) == ((), ())
    assert names(level(model, "location /off")) == []
    assert [header.name for header in lost_headers(level(model, "location /off"))[0]] == [
        "X-Http",
        "X-Server",
    ]
    assert names(level(model, "location /on")) == ["X-On"]


def test_an_include_that_cannot_be_had_may_add_headers() -> None:
    model = whole("server { server_name s; include conf.d/security.conf; location / { add_header X-A 1; } }")
    assert not header_set(level(model, "server s")).complete
    assert header_set(level(model, "location /")).complete
    assert names(level(model, "location /")) == ["X-A"]


def test_the_files_of_certbot_hold_nothing_but_tls() -> None:
    model = whole("server { server_name s; include /etc/letsencrypt/options-ssl-nginx.conf; }")
    server = level(model, "server s")
    assert header_set(server).complete
    assert size(server, "client_max_body_size") == size(level(model, "http"), "client_max_body_size")
    assert isinstance(effective(server, "ssl_protocols"), Unknown)


def test_a_body_limit_comes_from_the_nearest_level_and_has_a_default() -> None:
    model = whole(
        "server { server_name s; location /a { client_max_body_size 20m; location /a/b {} } location /c {} }"
    )
    inner = size(level(model, "location /a/b"), "client_max_body_size")
    assert isinstance(inner, Known)
    assert inner.value == 20 * 1024 * 1024
    assert inner.span is not None
    assert inner.span.text == "client_max_body_size 20m"
    default = size(level(model, "location /c"), "client_max_body_size")
    assert isinstance(default, Known)
    assert (default.value, default.from_default, default.span) == (1024 * 1024, True, None)


def test_a_value_behind_a_missing_include_is_unknown_unless_it_is_set_nearer() -> None:
    model = whole(
        "client_max_body_size 5m;server { server_name s; include x; location / { client_max_body_size 1k; } }"
    )
    unknown = size(level(model, "server s"), "client_max_body_size")
    assert isinstance(unknown, Unknown)
    assert "/etc/nginx/x" in unknown.reason
    nearer = size(level(model, "location /"), "client_max_body_size")
    assert isinstance(nearer, Known)
    assert nearer.value == 1024


def test_a_fragment_does_not_know_what_is_around_it() -> None:
    model = read("server { listen 80; location / { return 200; } }")
    assert isinstance(size(level(model, "location /"), "client_max_body_size"), Unknown)
    assert not header_set(level(model, "location /")).complete


def test_a_placeholder_makes_the_value_unknown() -> None:
    model = whole(
        "server { server_name s; client_max_body_size ${LIMIT}; proxy_read_timeout 90; autoindex on; }"
    )
    server = level(model, "server s")
    assert isinstance(size(server, "client_max_body_size"), Unknown)
    assert isinstance(seconds(server, "proxy_read_timeout"), Known)
    autoindex = flag(server, "autoindex")
    assert isinstance(autoindex, Known)
    assert autoindex.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("10", 10), ("8k", 8192), ("20M", 20971520), ("1g", 1073741824), ("1.5m", None), ("m", None)],
)
def test_sizes_are_read_as_nginx_reads_them(text: str, expected: int | None) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60", 60.0),
        ("1m30s", 90.0),
        ("500ms", 0.5),
        ("1h", 3600.0),
        ("1M", 2592000.0),
        ("x", None),
        ("", None),
    ],
)
def test_times_are_read_as_nginx_reads_them(text: str, expected: float | None) -> None:
    assert parse_time(text) == expected


def test_request_headers_are_replaced_by_level_and_have_defaults() -> None:
    model = whole("""
        server { server_name s; proxy_set_header X-Forwarded-Proto $scheme;
            location /a { proxy_pass http://x; }
            location /b { proxy_set_header Host $host; proxy_pass http://x; } }
    """)
    found, missing = request_headers(model, level(model, "location /a"))
    assert missing is None
    assert [header.name for header in found] == ["X-Forwarded-Proto", "Host", "Connection"]
    found, _ = request_headers(model, level(model, "location /b"))
    assert [(header.name, header.statement is None) for header in found] == [
        ("Host", False),
        ("Connection", True),
    ]
    assert isinstance(found[1].value, Unknown)  # it depends on nginx's version
