"""``confguard route`` and ``confguard show nginx``: what people see of their nginx."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main
from confguard.show.page import Style, seconds_text, size_text
from confguard.show.route import RequestError, request_of

SITE = """\
upstream app { server web:8000; server web2:8000 backup; }
server {
    listen 80;
    server_name shop.example;
    client_max_body_size 1m;
    add_header X-Frame-Options DENY always;
    location / { try_files $uri /index.html; root /srv; }
    location /api/ { proxy_pass http://app/v1/; proxy_set_header Host $host; proxy_read_timeout 5m; }
    location /old/ { return 301 /new/; add_header X-Old 1; }
}
server { listen 80 default_server; server_name _; return 444; }
"""
FILES = {
    "compose.yaml": "services:\n  proxy:\n    image: nginx:1.30\n    ports: ['8080:80']\n"
    "    volumes: ['./site.conf:/etc/nginx/conf.d/default.conf:ro']\n"
    "  web:\n    image: example/web:1\n",
    "site.conf": SITE,
}


@pytest.fixture
def ask(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def call(*arguments):
        return CliRunner().invoke(main, [*map(str, arguments), "--project", str(tmp_path)])

    return call


def test_a_route_names_server_location_upstream_and_headers(ask):
    done = ask("route", "http://shop.example:8080/api/items?page=2")
    assert done.exit_code == 0
    assert done.output == (
        "GET http://shop.example:8080/api/items?page=2  in compose.yaml, service proxy, its port 80\n"
        "\n"
        "  server        shop.example  [listen *:80]  site.conf:2\n"
        "  location      /api/                        site.conf:8\n"
        "  body limit    1 MiB                        site.conf:5\n"
        "\n"
        "  passed to     http://web:8000/v1/items?page=2  site.conf:8\n"
        "  or to         http://web2:8000/v1/items?page=2\n"
        "    with        Host: shop.example\n"
        "  answer        what the upstream answers\n"
        "  adds          X-Frame-Options: DENY            site.conf:6\n"
    )


def test_a_route_tells_what_is_lost_and_why(ask):
    output = ask("route", "http://shop.example:8080/old/").output
    assert "answer        301 Moved Permanently" in output
    assert "X-Old: 1" in output
    assert "loses         X-Frame-Options" in output
    assert "because location /old/ has an add_header of its own  site.conf:9" in output


def test_expiry_limits_and_full_addresses_are_shown(ask, tmp_path):
    (tmp_path / "x.conf").write_text(
        "limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\n"
        "server { listen 80; server_name a.example; location / {\n"
        "expires 1h; limit_req zone=z;\nreturn 301 /b; } }\n"
    )
    output = ask("route", "http://a.example/", "--conf", tmp_path / "x.conf").output
    assert "Location      http://a.example/b" in output
    assert "Cache-Control: max-age=3600" in output
    assert "Expires: (expires 1h)" in output
    assert "limited by" not in output  # a return answers before limits are looked at


def test_what_another_service_lets_in_is_followed_on(ask, tmp_path):
    (tmp_path / "x.conf").write_text(
        "server { listen 80; location / { auth_request /check; proxy_pass http://app:1; }\n"
        "location = /check { proxy_pass http://auth:2; } }\n"
    )
    output = ask("route", "/a", "--conf", tmp_path / "x.conf").output
    assert "if auth_request lets it in\n  passed to     http://app:1/a" in output


def test_where_a_file_decides_both_ways_are_shown(ask):
    output = ask("route", "http://shop.example:8080/page").output
    assert "if /srv/page is there\n  answer        200 OK\n  file          /srv/page" in output
    assert "if it is not there" in output


def test_a_body_that_is_too_large_is_refused(ask):
    assert (
        "413 Request Entity Too Large"
        in ask("route", "http://shop.example:8080/api/", "--body-size", 2_000_000).output
    )


def test_other_hosts_reach_the_default_server(ask):
    assert "444 closed without an answer" in ask("route", "http://other.example:8080/").output


def test_a_port_on_which_nothing_listens_shows_where_something_does(ask):
    output = ask("route", "https://shop.example/").output
    assert "nothing listens there" in output
    assert "*:80  server shop.example" in output


def test_the_facts_of_a_route_are_json(ask):
    facts = json.loads(ask("route", "http://shop.example:8080/api/items", "--format", "json").output)
    assert facts["locations"] == [{"title": "location /api/", "place": "site.conf:8"}]
    assert facts["upstreams"] == ["http://web:8000", "http://web2:8000"]
    assert facts["upstream_path"] == "/v1/items"
    assert facts["request_headers"]["host"] == "shop.example"
    assert facts["body_limit"] == 1024**2
    assert facts["status"] is None
    branches = json.loads(ask("route", "http://shop.example:8080/page", "--format", "json").output)[
        "branches"
    ]
    assert [branch["status"] for branch in branches] == [200, 500]


def test_one_file_can_be_taken_for_the_whole_configuration(ask, tmp_path):
    (tmp_path / "other.conf").write_text("server { listen 80; location /a { return 204; } }\n")
    done = ask("route", "/a", "--conf", tmp_path / "other.conf")
    assert "in other.conf alone" in done.output
    assert "204 No Content" in done.output
    (tmp_path / "part.conf").write_text("location /a { return 403; }\n")
    assert "403 Forbidden" in ask("route", "/a", "--conf", tmp_path / "part.conf").output
    (tmp_path / "main.conf").write_text("events {}\nhttp { server { location = / { return 402; } } }\n")
    assert "402" in ask("route", "/", "--conf", tmp_path / "main.conf").output


def test_all_servers_and_locations_are_shown_with_what_they_do(ask):
    output = ask("show", "nginx").output
    assert output.startswith("compose.yaml, service proxy (nginx 1.30)\n  files  site.conf\n")
    assert "upstream app  site.conf:1" in output
    assert "  /api/  site.conf:8\n    passed to           http://web:8000/v1/  (upstream app)" in output
    assert "proxy read timeout  5 min" in output
    assert "try files     $uri /index.html" in output
    facts = json.loads(ask("show", "nginx", "--format", "json").output)
    assert [one["names"] for one in facts[0]["servers"]] == [["shop.example"], ["_"]]
    location = facts[0]["servers"][0]["locations"][1]
    assert location["passes"] == [
        "http://web:8000/v1/  (upstream app)",
        "http://web2:8000/v1/  (upstream app)",
    ]
    assert location["values"]["proxy_read_timeout"] == "5m"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/", "--stack", "nope"], "there is no stack 'nope'; the repository has 'compose.yaml'"),
        (["/", "--service", "web"], "no service named 'web'"),
        (["/", "--conf", "nope.conf"], "there is no file 'nope.conf'"),
        (["ftp://a/"], "no URL of http or https"),
        (["http://a:99999/"], "is no URL"),
        (["/", "-H", "no colon"], "is no header"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(ask, arguments, message):
    done = ask("route", *arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_text_of_the_repository_cannot_act_on_the_terminal(ask, tmp_path):
    (tmp_path / "evil.conf").write_text(
        'server { server_name "a\x1b[31m";\n'
        'location "/\x1b]0;x\x07" { return 200; add_header X "\x1b[2J"; } }\n'
    )
    for arguments in (["route", "/"], ["show", "nginx"]):
        assert "\x1b" not in ask(*arguments, "--conf", tmp_path / "evil.conf").output


def test_secrets_are_not_shown(ask, tmp_path):
    secret = "Basic c2VjcmV0OnZlcnktc2VjcmV0LXBhc3N3b3Jk"
    (tmp_path / "s.conf").write_text(
        f'server {{ location / {{ proxy_pass http://a:1; proxy_set_header Authorization "{secret}"; }} }}\n'
    )
    for arguments in (["route", "/"], ["show", "nginx"]):
        assert secret[6:] not in ask(*arguments, "--conf", tmp_path / "s.conf").output


def test_a_request_is_read_from_a_url():
    request = request_of("example.org:8443/a?b", "put", ("Host: x.example",), 5)
    assert (request.host, request.port, request.target) == ("x.example", 8443, "/a?b")
    assert (request.method, request.body_size, request.scheme) == ("PUT", 5, "http")
    assert request_of("https://e.org").port == 443
    assert request_of("/", body_size=1).method == "POST"
    with pytest.raises(RequestError):
        request_of("http:///x")


def test_sizes_times_and_colours_are_as_people_write_them():
    assert [size_text(value) for value in (1, 2048, 5 * 1024**2, 1024**3)] == [
        "1 bytes", "2 KiB", "5 MiB", "1 GiB",
    ]  # fmt: skip
    assert [seconds_text(value) for value in (0.5, 60, 300, 7200, 31536000)] == [
        "0.5 s", "60 s", "5 min", "2 h", "365 d",
    ]  # fmt: skip
    assert Style(True).paint("x", "1") == "\x1b[1mx\x1b[0m"
    assert Style().paint("x", "1") == "x"


def test_a_route_tells_the_limits_that_its_request_counts_for(ask, tmp_path):
    (tmp_path / "x.conf").write_text(
        "limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\n"
        "server { listen 80; location / { limit_req zone=z; proxy_pass http://web:8000; } }\n"
    )
    output = ask("route", "/", "--conf", tmp_path / "x.conf").output
    assert "limited by    limit_req z: 1r/s per $binary_remote_addr, above it 503" in output


def test_tls_limits_and_logs_in_effect_are_shown(ask, tmp_path):
    (tmp_path / "x.conf").write_text(
        "limit_req_zone $binary_remote_addr zone=z:1m rate=5r/m;\n"
        "server { listen 443 ssl; server_name a.example; ssl_certificate a.pem;\n"
        "ssl_protocols TLSv1.3; add_header Strict-Transport-Security max-age=60 always;\n"
        "location / { limit_req zone=z burst=5 nodelay; limit_req_status 429;\n"
        "access_log /dev/stdout combined if=$arg_log; return 204; }\n"
        "location /quiet { access_log off; } }\n"
    )
    lines = [" ".join(line.split()) for line in ask("show", "nginx", "--conf", "x.conf").output.splitlines()]
    assert "certificate a.pem x.conf:2" in lines
    assert "protocols TLSv1.3 x.conf:3" in lines
    assert "HSTS max-age=60 x.conf:3" in lines
    limit = "limit_req z: 5r/m per $binary_remote_addr, burst 5 without delay, above it 429"
    assert f"limited by {limit} x.conf:4" in lines
    assert "access log /dev/stdout, format combined if $arg_log x.conf:5" in lines
    assert "access log off x.conf:6" in lines
    shown = json.loads(ask("show", "nginx", "--conf", "x.conf", "--format", "json").output)
    text = json.dumps(shown)
    assert '"protocols": ["TLSv1.3"]' in text and '"rate": "5r/m"' in text


def test_without_an_nginx_in_the_stack_a_file_that_could_be_looked_at_is_named(repository):
    files = {
        "compose.yaml": "services:\n  web:\n    image: example/web:1\n",
        "frontend/nginx.conf": "server { listen 80; }\n",
    }
    done = CliRunner().invoke(main, ["show", "nginx", "--project", str(repository(files))])
    assert done.exit_code == 2
    assert "; `--conf frontend/nginx.conf` looks at one file alone" in done.output
