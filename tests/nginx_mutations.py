"""Configurations of nginx made from good ones: broken by one change each, or unusual but still valid.

Deterministic: the same names give the same texts on every machine.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

CASES = Path(__file__).parent.parent / "fixtures/conformance/nginx"
BASES = (
    "access", "auth-request", "body-limits", "error-pages", "expires-and-cache-control", "geo-and-hostnames",
    "header-inheritance", "hidden-headers", "if-and-set", "internal-redirects", "limits-and-methods",
    "location-nested", "location-precedence", "proxy-headers", "proxy-uris", "rewrites", "server-names",
    "server-rewrites", "static-files", "variables-and-maps",
)  # fmt: skip

BROKEN = {
    "http": (
        "limit_req_zone $binary_remote_addr zone=a:10m;",
        "limit_req_zone $binary_remote_addr rate=1r/s;",
        "client_max_body_size 10mb;",
        "client_body_timeout 10x;",
        "keepalive_timeout;",
        "sendfile yes;",
        "gzip on off;",
        "listen 80;",
        "location / { }",
        "proxy_pass http://app;",
        "map $uri { default 1; }",
        "map $uri $copy { a b; a c; }",
        "upstream empty { }",
        "upstream bad { server one:99999; }",
        "upstream dup { server a:1; }  upstream dup { server b:1; }",
        "log_format main;",
        "access_log /var/log/nginx/x.log no_such_format;",
        "server { listen 80 default_server; }  server { listen 80 default_server; }",
        "server { listen 80; listen 80; }",
        "server { listen 65536; }",
        "server { listen abc:def; }",
        "server { listen 8443 ssl; }",
        "server { server_name ~*(unclosed; }",
        "server_name a.example;",
        "worker_processes 2;",
        "geo $x { default 0; 300.1.1.1/8 1; }",
        "include /etc/nginx/not-there.conf;",
        "proxy_cache_path /tmp/c;",
        "types { text/plain }",
        "add_header X-Only;",
        "add_header X-Y $no_such_variable;",
        "gzip_comp_level high;",
        "client_max_body_size 1m;  client_max_body_size 2m;",
        "large_client_header_buffers 4;",
        "http2_no_such on;",
        "split_clients $uri $s { 60% a; 60% b; }",
    ),
    "server": (
        "root /a;  root /b;",
        "limit_req zone=undefined_zone burst=5;",
        "limit_conn undefined_zone 5;",
        "proxy_cache undefined_zone;",
        "return;",
        "return abc def;",
        "return 99999;",
        "rewrite ^/(unclosed /x last;",
        "rewrite ^/a /b sideways;",
        "if ($uri) return 403;",
        "if $uri { return 403; }",
        "if ($uri ~ [) { return 403; }",
        "if ($no_such_variable) { return 403; }",
        "set $a;",
        "set a b;",
        "error_page 404;",
        "error_page 200 /x.html;",
        "error_page 999 /x.html;",
        "location /same-one/ { }  location /same-one/ { }",
        "location = /same-two { }  location = /same-two { }",
        "location { }",
        "location ~ ( { }",
        "location /m1/ { proxy_pass app:8000; }",
        "location /m2/ { proxy_pass http://; }",
        "location ~ /m3/ { proxy_pass http://app:8000/uri; }",
        "location @m4 { proxy_pass http://app:8000/uri; }",
        "location /m5/ { alias /a; root /b; }",
        "location /m6/ { proxy_pass http://a:1; proxy_pass http://b:2; }",
        "location /m7/ { proxy_pass http://a:1; uwsgi_pass b:2; }",
        "location /m8/ { limit_except { deny all; } }",
        "location /m9/ { location /other/ { } }",
        "location /m10/ { server_name x; }",
        "location /m11/ { try_files $uri; }",
        "location /m12/ { internal yes; }",
        "location /m13/ { deny 300.0.0.1; }",
        "location /m14/ { expires soon; }",
        "location /m15/ { proxy_read_timeout forever; }",
        "location /m16/ { proxy_set_header Host; }",
        "location /m17/ { proxy_buffers 8; }",
        "location /m18/ { proxy_http_version 3.0; }",
        "location /m19/ { autoindex yes; }",
        "location /m20/ { auth_basic; }",
        "location /m21/ { satisfy both; }",
        "location /m22/ { add_header X-A a sometimes; }",
        "location /m23/ { upstream x { server a; } }",
        "location /m24/ { if ($uri) { proxy_pass http://app:8000/with/uri; } }",
        "ssl_protocols TLSv9;",
        "server_tokens maybe;",
        "client_max_body_size -1;",
        "proxy_pass http://app:8000;",
        "try_files /a /b /c",
        "add_header X-A \"unclosed;",
        "resolver;",
        "keepalive_timeout 10 20 30;",
    ),
}  # fmt: skip
VALID = {
    "http": (
        "map $uri $m1 { default 0; ~^/a 1; \\default 2; }",
        "map $http_host $m2 { hostnames; default 0; *.example.org 1; .example.net 2; www.* 3; }",
        "map '$uri $args' $m3 { volatile; '/a b' \"x;y{z}\"; default ''; }",
        "geo $g1 { default 0; 10.0.0.0/8 1; ::1 2; }",
        "geo $remote_addr $g2 { ranges; 10.0.0.0-10.255.255.255 1; default 0; }",
        "split_clients $remote_addr $s1 { 50% a; 25.5% b; * c; }",
        "upstream u1 { server a:1 weight=2 max_fails=0; server unix:/run/x.sock backup; ip_hash; }",
        "upstream u2 { least_conn; zone u2 64k; server a down; server [::1]:8000; keepalive 4; }",
        "upstream u3 { hash $uri consistent; server a; }",
        "log_format l1 escape=json '{\"a\":\"$uri\",' '\"b\":$status}';",
        "log_format l2 '$remote_addr' ; access_log /var/log/nginx/a.log l2 buffer=32k flush=1m;",
        "limit_req_zone $binary_remote_addr zone=z1:1m rate=30r/m; limit_req_status 429;",
        "limit_conn_zone $server_name zone=z2:10m;",
        "proxy_cache_path /tmp/c levels=1:2 keys_zone=c1:10m inactive=60m;",
        "types { text/x-a a b; application/x-c c; }",
        "types_hash_max_size 4096; server_names_hash_bucket_size 128;",
        "client_max_body_size 0; client_body_timeout 1h30m; send_timeout 500ms;",
        "client_body_buffer_size 16K; large_client_header_buffers 4 32K; output_buffers 1 1M;",
        "resolver 127.0.0.11 [::1]:53 valid=10s ipv6=off; resolver_timeout 5;",
        "server { listen 127.0.0.1:8081; listen [::1]:8081; listen unix:/tmp/a.sock; }",
        "server { listen 8082 backlog=128 so_keepalive=on reuseport deferred; }",
        "server { listen *:8083 default_server; server_name _ \"\" ~^x(?<n>\\d+)$ *.a.example b.*; }",
        "server { listen localhost:8084; return 200 'a\\nb'; }",
        "error_page 404 = @x; error_page 500 502 503 504 =200 /y;",
        "gzip on; gzip_types text/css application/json *; gzip_vary on;",
        "add_header X-Empty ''; add_header 'X Y' z;",
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; ssl_ciphers 'HIGH:!aNULL';",
        "server { listen 8085; server_name a a; location ~ ^/[^/]{2,}/(?!x)\\w+$ { } }",
        "variables_hash_max_size 2048; variables_hash_bucket_size 128;",
        "map $scheme $hsts { https 'max-age=1'; } add_header Strict-Transport-Security $hsts always;",
        "proxy_set_header Connection ''; proxy_http_version 1.1;",
        "keepalive_timeout 75s 60s; keepalive_requests 10;",
        "open_file_cache max=1000 inactive=20s; open_file_cache_errors on;",
        "underscores_in_headers on; ignore_invalid_headers off;",
        "set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; real_ip_recursive on;",
    ),
    "server": (
        "if ($request_method = POST) { set $p 1; }",
        "if ($http_cookie ~* 'id=([^;]+)(?:;|$)') { set $id $1; }",
        "if (-f $document_root/x) { return 503; }",
        "if ( !-e $request_filename ) { rewrite ^ /x last; }",
        "if ($uri !~ ^/a){ break; }",
        "rewrite ^/a/(.*)$ /b/$1?c=d? permanent;",
        "rewrite \"^/n/(\\d{2})$\" /o/$1 break;",
        "return 301 https://$host$request_uri;",
        "return 444;",
        "location = /v1 { return 204; }",
        "location ^~ /v2/ { root /srv; index a b c; }",
        "location ~* \\.(?:a|b)$ { expires max; access_log off; log_not_found off; }",
        "location \"/v 3/\" { return 200 \"quoted ; { } # text\"; }",
        "location /v4/ { location /v4/in/ { } location ~ \\.x$ { } location = /v4/eq { } }",
        "location @v5 { internal; proxy_pass http://app:8000; }",
        "location /v6/ { limit_except GET POST { allow 10.0.0.0/8; deny all; } }",
        "location /v7/ { alias /srv/$host/; autoindex on; autoindex_exact_size off; }",
        "location /v8/ { proxy_pass http://unix:/run/app.sock:/x/; }",
        "location /v9/ { proxy_pass http://app:8000/; proxy_redirect default; }",
        "location /v10/ { proxy_pass $scheme://app$request_uri; resolver 127.0.0.11; }",
        "location ~ ^/v11/(?P<rest>.+)$ { proxy_pass http://app:8000/$rest$is_args$args; }",
        "location /v12/ { proxy_redirect http://a/ /; proxy_redirect ~^http://b(.*)$ $1; }",
        "location /v13/ { proxy_cookie_path / '/; Secure'; proxy_cookie_domain off; }",
        "location /v14/ { proxy_buffers 16 4k; proxy_buffer_size 8k; proxy_busy_buffers_size 16k; }",
        "location /v15/ { include fastcgi_params; fastcgi_pass php:9000; fastcgi_param A 'b c' "
        "if_not_empty; }",
        "location /v16/ { include uwsgi_params; uwsgi_pass uwsgi://app:3031; uwsgi_param X $uri; }",
        "location /v17/ { grpc_pass grpc://app:50051; grpc_set_header A b; }",
        "location /v18/ { auth_basic off; satisfy any; allow all; }",
        "location /v19/ { sub_filter a b; sub_filter_once off; sub_filter_types *; }",
        "location /v20/ { stub_status; allow 127.0.0.1; deny all; }",
        "location /v21/ { empty_gif; }",
        "location /v22/ { try_files $uri $uri/ /index.html =404; }",
        "location /v23/ { if ($arg_a) { add_header X-A a; } if ($arg_b) { return 403; } }",
        "location /v24/ { error_page 401 403 =404 /v1; error_page 405 =200 $uri; }",
        "location /v25/ { mirror /m; mirror_request_body off; proxy_pass http://app; }",
        "location /v26/ { add_header A 1; add_header A 2 always; add_trailer B c; }",
        "location /v27/ { types { } default_type text/x; }",
        "location /v28/ { set $x $y; set $y 1; set ${z} \"${x}a\"; return 200 \"$z\"; }",
        "location /v29/ { rewrite_log on; recursive_error_pages on; msie_padding off; }",
        "location /v30/ { expires modified +1h; etag off; if_modified_since before; }",
        "location /v31/ { proxy_ssl_server_name on; proxy_ssl_name $host; proxy_pass https://app; }",
        "location /v32/ { valid_referers none blocked server_names ~x; "
        "if ($invalid_referer) { return 403; } }",
        "location /v33/ { proxy_next_upstream error timeout http_502 non_idempotent; "
        "proxy_pass http://app; }",
        "location /v34/ { dav_methods PUT DELETE; create_full_put_path on; "
        "client_body_temp_path /tmp/x 1 2; }",
        "location /v35/ { scgi_pass app:4000; }",
        "location /v36/ { memcached_pass app:11211; set $memcached_key $uri; }",
        "location /v37/ { slice 1m; proxy_set_header Range $slice_range; proxy_pass http://app; }",
        "server_name_in_redirect off; port_in_redirect off; absolute_redirect off;",
    ),
}  # fmt: skip


def broken() -> Iterator[tuple[str, str]]:
    """Yield (name, text) of configurations with one mistake each."""
    for kind, snippets in BROKEN.items():
        for index, snippet in enumerate(snippets):
            yield f"broken-{kind}-{index}", _with(kind, snippet, index)
    for index, base in enumerate(BASES):
        for change in (_without_semicolon, _without_brace, _with_brace, _misspelled):
            yield f"broken-{change.__name__.strip('_')}-{base}", change(_text(base), random.Random(index))


def valid() -> Iterator[tuple[str, str]]:
    """Yield (name, text) of configurations that are right, if unusual."""
    for kind, snippets in VALID.items():
        for index, snippet in enumerate(snippets):
            yield f"valid-{kind}-{index}", _with(kind, snippet, index + 7)
    for base in BASES:
        yield f"valid-one_line-{base}", _one_line(_text(base))
        yield f"valid-commented-{base}", _commented(_text(base))
        yield f"valid-crlf-{base}", _text(base).replace("\n", "\r\n")


def _text(base: str) -> str:
    return (CASES / base / "conf" / "nginx.conf").read_text()


def _with(kind: str, snippet: str, index: int) -> str:
    """Return a good configuration with a line more: behind ``http {``, or behind a ``server {``."""
    for shift in range(len(BASES)):
        lines = _text(BASES[(index + shift) % len(BASES)]).split("\n")
        places = [number for number, line in enumerate(lines) if line.strip() == f"{kind} {{"]
        if places:
            lines.insert(places[0] + 1, f"        {snippet}")
            return "\n".join(lines)
    raise AssertionError(kind)


def _place(text: str, pattern: str, chance: random.Random) -> re.Match[str]:
    return chance.choice([match for match in re.finditer(pattern, text) if match.start() > 20])


def _without_semicolon(text: str, chance: random.Random) -> str:
    place = _place(text, r"(?<=[\w/])(;)(?=\s)", chance)
    return text[: place.start()] + text[place.end() :]


def _without_brace(text: str, chance: random.Random) -> str:
    place = _place(text, r"\}(?=\s*\n)", chance)
    return text[: place.start()] + text[place.end() :]


def _with_brace(text: str, chance: random.Random) -> str:
    place = _place(text, r"\n(?=[ \t]*\w)", chance)
    return text[: place.start()] + " }" + text[place.start() :]


def _misspelled(text: str, chance: random.Random) -> str:
    place = _place(text, r"(?<=[ \n])(?:add_header|return|proxy_pass|location|rewrite|set|root)(?= )", chance)
    return text[: place.end() - 1] + "x" + text[place.end() - 1 :]


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text) + "\n"


def _commented(text: str) -> str:
    return "\n".join(f"{line} # a }} comment; with {{ marks" for line in text.split("\n")) + "\n"
