from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.model.nginx import (
    Request,
    effective,
    flag,
    header_set,
    lost_headers,
    model_of,
    request_headers,
    route,
    seconds,
    size,
    upstream_headers,
    upstream_path,
    upstream_targets,
)
from confguard.model.nginx.effective import DEFAULTS
from confguard.model.nginx.uri import normalize
from confguard.source import SourceFile

STATEMENTS = """
listen 80; | listen; | listen [::]:80 ssl; | listen ${PORT}; | listen x:y; |
server_name a *.b .c d.* ~e(; | server_name; | add_header; | add_header A; |
add_header A $b always; | add_header_inherit merge; | add_header_inherit; |
client_max_body_size; | client_max_body_size $a; | client_max_body_size 1x; | proxy_pass; |
proxy_pass http://; | proxy_pass http://a:99999/; | proxy_pass $a; | proxy_pass a b; |
proxy_pass http://$a$b/$c; | proxy_set_header; | proxy_set_header Host; | set; | set $a; |
set $a $a; | set $b http://x; | return; | return 200 $a; | return x; | return 444; |
return 301 $uri; | rewrite; | rewrite ^ /x last; | rewrite ^(.*)$ $1; | rewrite ( a; |
rewrite ^ http://b permanent; | break; | internal; | error_page; | error_page 404 /x; |
error_page 404 =; | error_page 404 = @n; | try_files; | try_files $uri; | try_files $uri =x; |
try_files $uri @n; | try_files /a /b; | root; | root $a; | alias; | alias /a/; | index; |
index a $b; | allow; | deny x; | deny all; | auth_basic; | satisfy; | include; | include x; |
expires; | uwsgi_pass; | uwsgi_pass u; | resolver; | map; | map $a; | merge_slashes; |
recursive_error_pages on; | proxy_http_version; | server u;
"""
HEADS = """
server | location | location / | location = /a | location ^~ /b | location ~ ( |
location ~ ^/(?<x>a) | location @n | if | if ($a) | if ($a = b) | if ($a ~ () | if (-f $uri) |
if () | limit_except | limit_except GET | upstream | upstream u | map $uri $a | map $a $b |
http | events | types | stream
"""


def one_of(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([piece.strip() for piece in re.split(r"\s\|\s", text)])


def block(head: str, body: list[str]) -> str:
    return f"{head} {{ {' '.join(body)} }}"


BLOCKS = st.recursive(
    one_of(STATEMENTS),
    lambda inner: st.builds(block, one_of(HEADS), st.lists(inner, max_size=5)),
    max_leaves=25,
)
PATHS = st.sampled_from(["/", "/a", "/b/c?d=e", "/x.css", "*", "", "/%", "/%00", "/../a", "//a/./b"])
TARGETS = st.one_of(PATHS, st.text(max_size=8))


@given(st.lists(BLOCKS, max_size=4), TARGETS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_configuration_and_no_request_raises(blocks: list[str], target: str, whole: bool) -> None:
    inside = "\n".join(blocks)
    text = f"events {{}}\nhttp {{ server {{ {inside} }} }}" if whole else inside
    model = model_of(SourceFile("nginx.conf", text))
    for level in model.levels():
        header_set(level), lost_headers(level), request_headers(model, level)
        size(level, "client_max_body_size"), seconds(level, "proxy_read_timeout"), flag(level, "autoindex")
        for name in DEFAULTS:
            effective(level, name)
        assert level.title
    for found in upstream_targets(model):
        assert found.host_span.end >= found.host_span.start
    for method in ("GET", "POST"):
        way = route(
            model, Request(target, "a", method=method, body_size=10, exists=lambda path: len(path) % 2 == 0)
        )
        upstream_path(way), upstream_headers(model, way)
        assert way.status is not None


@given(st.text("/.%2eE0a?#", max_size=12))
def test_a_normalized_path_is_normal(path: str) -> None:
    found = normalize(path)
    if found is not None:
        assert found.startswith("/")
        assert "//" not in found
        assert not {".", ".."} & set(found.split("/"))
