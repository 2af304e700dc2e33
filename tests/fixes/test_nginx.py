"""Edits of nginx files: in the block that is meant, with what it would not inherit any more."""

import pytest

from confguard.config import Settings
from confguard.fixes import nginx
from confguard.fixes.edits import apply
from confguard.model.nginx import upstream_targets
from confguard.run import check

COMPOSE = (
    "services:\n  web: {image: 'nginx:1.29.3', ports: ['80:80'], volumes: ['./nginx:/etc/nginx/conf.d:ro']}\n"
    "  app: {image: 'example/app:1'}\n"
)


@pytest.fixture
def edited(repository):
    """Return a function that edits the level of the only pass, and returns the new texts by path."""

    def edit(text, make, **others):
        files = {f"nginx/{name}.inc": other for name, other in others.items()}
        root = repository({"compose.yaml": COMPOSE, "nginx/default.conf": text, **files})
        model = check(root, Settings()).repo.deployments[0].proxies[0]
        made = make(model, upstream_targets(model)[0])
        if made is None:
            return None
        edits = made if isinstance(made, tuple) else (made,)
        return {file.path: new for file, new in apply(edits).items()}

    return edit


def headers(**wanted):
    names = {name.replace("_", "-"): value for name, value in wanted.items()}
    return lambda model, target: nginx.set_request_headers(model, target.level, names, target.statement)


PASS = "server {\n    listen 80;\n%s    location / {\n        proxy_pass http://app:8000;\n%s    }\n}\n"
HOST = "        proxy_set_header Host $host;\n"


@pytest.mark.parametrize(
    ("outer", "inner", "wanted"),
    [
        ("", "", "        proxy_set_header X-A $scheme;\n"),
        ("", HOST, HOST + "        proxy_set_header X-A $scheme;\n"),
        (
            "",
            '        proxy_set_header X-A "http"; # why\n',
            '        proxy_set_header X-A "$scheme"; # why\n',
        ),
        (HOST, "", HOST + "        proxy_set_header X-A $scheme;\n"),
        ("    proxy_set_header x-a http;\n", "", "        proxy_set_header X-A $scheme;\n"),
    ],
)
def test_a_header_is_sent_beside_those_that_are_sent_already(edited, outer, inner, wanted):
    assert edited(PASS % (outer, inner), headers(X_A="$scheme")) == {
        "nginx/default.conf": PASS % (outer, wanted)
    }


def test_what_a_snippet_of_others_says_is_not_changed(edited):
    text = PASS % ("", "        include conf.d/proxy.inc;\n")
    snippet = "proxy_set_header Host $host;\n"
    assert edited(text, headers(Host="$http_host"), proxy=snippet) is None
    added = "        include conf.d/proxy.inc;\n        proxy_set_header X-A b;\n"
    assert edited(text, headers(X_A="b"), proxy=snippet) == {"nginx/default.conf": PASS % ("", added)}


def test_a_block_on_one_line_stays_on_one_line(edited):
    text = "server { listen 80; location / { proxy_pass http://app:8000; } }\n"
    wanted = "server { listen 80; location / { proxy_pass http://app:8000; proxy_set_header X-A b; } }\n"
    assert edited(text, headers(X_A="b")) == {"nginx/default.conf": wanted}


def test_nothing_is_done_where_an_include_may_say_it(edited):
    assert (
        edited(PASS % ("    include /etc/nginx/own/*.conf;\n    include missing.conf;\n", ""), headers(A="b"))
        is None
    )


def test_directives_are_added_to_a_block_without_a_neighbour(edited):
    text = PASS % ("", "")
    added = edited(text, lambda model, target: nginx.add(target.level, ["a b;", "c d;"]))
    assert added == {
        "nginx/default.conf": text.replace(
            "        proxy_pass", "        a b;\n        c d;\n        proxy_pass"
        )
    }


def test_hidden_headers_are_repeated(edited):
    outer = "    proxy_hide_header X-One;\n"
    lines = "        proxy_hide_header X-One;\n        proxy_hide_header X-Two;\n"
    made = edited(
        PASS % (outer, ""),
        lambda model, target: nginx.hide_headers(target.level, ["X-Two"], "proxy_pass", target.statement),
    )
    assert made == {"nginx/default.conf": PASS % (outer, lines)}


def test_a_limit_is_raised_where_it_stands_or_said_by_the_level(edited):
    def limit(model, target):
        return nginx.set_limit(target.level, "client_max_body_size", "9m", target.statement)

    own = "        client_max_body_size 1m;\n"
    raised = own.replace("1m", "9m")
    assert edited(PASS % ("", own), limit) == {"nginx/default.conf": PASS % ("", raised)}
    assert edited(PASS % (own, ""), limit) == {"nginx/default.conf": PASS % (own, raised)}
