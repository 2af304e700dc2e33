from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.nginx import MAX_DEPTH, NginxFile, parse
from confguard.parsers.nginx_tree import Directive
from confguard.source import SourceFile


def read(text: str) -> NginxFile:
    return parse(SourceFile("nginx.conf", text))


def only(file: NginxFile, name: str) -> Directive:
    (found,) = [directive for directive, _ in file.walk() if directive.name == name]
    return found


def messages(text: str) -> list[str]:
    return [f"{problem.span.line}: {problem.message}" for problem in read(text).problems]


def test_a_directive_knows_its_exact_place_and_that_of_each_argument() -> None:
    file = read('server {\n    listen 80  default_server;\n    server_name \'a b\' "c\\"d";\n}\n')
    listen, names = only(file, "listen"), only(file, "server_name")
    assert listen.span.text == "listen 80  default_server;"
    assert (listen.span.line, listen.span.column, listen.span.end_column) == (2, 5, 31)
    assert [argument.span.text for argument in names.args] == ["'a b'", '"c\\"d"']
    assert names.values == ("a b", 'c"d')
    assert [argument.quote for argument in names.args] == ["'", '"']
    assert only(file, "server").span.text == file.source.text.strip()
    assert only(file, "server").head.text == "server"


def test_words_are_cut_and_unescaped_as_nginx_does() -> None:
    assert only(read(r"location ~ \.php$ { }"), "location").values == ("~", r"\.php$")
    assert only(read(r'return 200 "a\tb\\c\.d";'), "return").values == ("200", "a\tb\\c\\.d")
    assert only(read(r"return 200 a\;b;"), "return").values == ("200", r"a\;b")
    assert only(read("set $x ${host}:8000;"), "set").values == ("$x", "${host}:8000")
    assert only(read("return 200 a}b#c;"), "return").values == ("200", "a}b#c")
    assert only(read('if ($http_x = "y") { }'), "if").values == ("($http_x", "=", "y", ")")
    assert only(read('add_header X "two\n lines";'), "add_header").values == ("X", "two\n lines")


def test_comments_are_kept_beside_the_tree() -> None:
    file = read("# one\r\nlisten 80; # two\r\nserver_name a # three\r\n b;\r\n")
    assert [comment.text for comment in file.comments] == ["one", "two", "three"]
    assert [comment.span.text for comment in file.comments] == ["# one", "# two", "# three"]
    assert only(file, "server_name").values == ("a", "b")
    assert not file.problems


@pytest.mark.parametrize(
    ("text", "contexts"),
    [
        ("events {} http { server { listen 80; } }", ((),)),
        ("upstream a { server b; } server { location / { proxy_pass http://a; } }", (("http",),)),
        ("listen 80; location / { root /srv; }", (("http", "server"),)),
        ("location / { root /srv; }", (("http", "server"), ("http", "location"))),
        ("alias /srv/; expires 1d;", (("http", "location"),)),
        ("ssl_certificate a; ssl_protocols TLSv1.2;", (("http",), ("http", "server"))),
        ("proxy_set_header Host $host;", (("http",), ("http", "server"), ("http", "location"))),
        ("upstream db { server db:5432; } server { listen 5432; proxy_pass db; }", (("stream",),)),
        ("default 1; text/html expires;", ()),
    ],
)
def test_the_context_of_a_fragment_is_told_by_its_content(
    text: str, contexts: tuple[tuple[str, ...], ...]
) -> None:
    assert read(text).contexts == contexts


def test_placeholders_are_told_from_variables_of_nginx() -> None:
    text = (
        "set $UPPER 1;\nserver { listen ${NGINX_PORT}; server_name $DOMAIN www.$DOMAIN;"
        " return 301 $UPPER$host$request_uri; }"
    )
    file = read(text)
    assert file.placeholders == ("NGINX_PORT", "DOMAIN")
    assert only(file, "listen").args[0].placeholders == ("NGINX_PORT",)
    assert not [message for message in messages(text) if "listen" in message]


def test_a_placeholder_for_whole_directives_stands_for_itself() -> None:
    file = read("server {\n  ${EXTRA_DIRECTIVES}\n  listen 80;\n  $MORE\n}\n")
    assert [child.name for child in only(file, "server").block or ()] == [
        "${EXTRA_DIRECTIVES}",
        "listen",
        "$MORE",
    ]
    assert not file.problems


def test_a_missing_semicolon_is_found_where_it_is_missing() -> None:
    text = "server {\n  listen 80\n  server_name a;\n  location / {\n    root /srv\n  }\n}\n"
    assert messages(text) == ['2: misses a ";" after "80"', '5: misses a ";" after "/srv"']
    file = read(text)
    assert only(file, "listen").values == ("80",)
    assert only(file, "server_name").values == ("a",)
    assert only(file, "root").values == ("/srv",)


def test_what_nginx_takes_without_a_semicolon_is_taken() -> None:
    text = "server {\n  server_name a\n  root /srv;\n}\n"
    assert only(read(text), "server_name").values == ("a", "root", "/srv")
    assert messages(text) == []


def test_a_missing_brace_keeps_the_tree() -> None:
    file = read("server {\n  location / {\n    root /srv;\n\n  location /a { return 204; }\n}\n")
    (problem,) = file.problems
    assert 'ends without the "}" of 1 open block' in problem.message
    assert 'the block "location" of line 2' in problem.help
    assert [directive.name for directive, _ in file.walk()] == [
        "server",
        "location",
        "root",
        "location",
        "return",
    ]


def test_a_brace_too_many_is_reported_at_its_place() -> None:
    text = "server { listen 80; } }\nserver { listen 81; }\n"
    assert messages(text) == ['1: has an unexpected "}"']
    assert len(read(text).directives) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server { listen 80; proxy_passs http://a; }", '1: has an unknown directive "proxy_passs"'),
        ("events {} http { location / {} }", '1: has "location" in the http block, where it is not allowed'),
        ("server { listen 80; root /a /b; }", '1: has a wrong number of arguments in "root"'),
        ("server { listen 80; sendfile yes; }", '1: has a value in "sendfile" that is neither on nor off'),
        ("server { listen 80; ; }", '1: has an unexpected ";"'),
        (
            'server { listen 80; return 200 "a"b; }',
            '1: has an unexpected "b" right after a closing quotation mark',
        ),
        ('server { listen 80; return 200 "a; }', '1: has a quotation mark (") that is never closed'),
        (
            "map $a $b { default 1; server { } }",
            '1: has a block "server" in the map block, where it is not allowed',
        ),
        ("server { location /; }", '1: has "location" without its block'),
        ("server { listen 80; root /srv { } }", '1: has "root" followed by a block, which it does not take'),
    ],
)
def test_what_nginx_refuses_is_a_problem(text: str, expected: str) -> None:
    assert expected in messages(text)


@pytest.mark.parametrize(
    "text",
    [
        "http { server { listen 80; js_set $ip main.ip; location / { js_set $id main.id nocache; } } }",
        "server { more_set_headers 'A: b'; location / { content_by_lua_block { if x then y('}') end } } }",
        "server { if ($request_method = POST) { return 405; } if ( $host ~ a ) { return 404; } }",
        "map $a $b { default x; ~^y z; include maps/*.conf; } server { listen 80; }",
        "server { listen 80; listen 443 ssl; http2 on; location / { limit_except GET { deny all; } } }",
        "log_format x escape=json '{' '\"a\":\"$b\"' '}'; server { listen 80; }",
    ],
)
def test_what_nginx_takes_is_no_problem(text: str) -> None:
    assert messages(text) == []


def test_lua_is_one_argument_and_hides_its_braces() -> None:
    code = "\n -- }\n local s = '}' .. [[ } ]]\n if a then b = {1} end\n"
    file = read(f"location / {{ content_by_lua_block {{{code}}} root /srv; }}")
    assert only(file, "content_by_lua_block").args[0].value == code
    assert only(file, "root").values == ("/srv",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("server { listen <%= ENV['PORT'] %>; }", "ERB"),
        ("server {\n{% if tls %}\n listen 443;\n{% endif %}\n}", "Jinja"),
        ("server { server_name {{ domain }}; }", "Jinja"),
        ("# {{ generated }}\nserver { listen 80; }", ""),
        ('log_format x \'{"a": {"b": 1}}\'; ', ""),
    ],
)
def test_a_file_of_another_template_language_is_recognized(text: str, language: str) -> None:
    file = read(text)
    assert file.foreign == language
    assert bool(file.directives) == (language == "")


def test_deep_nesting_is_bounded() -> None:
    file = read("location / {" * 5000 + "}" * 5000)
    assert [problem.message for problem in file.problems] == [
        f"nests more than {MAX_DEPTH} blocks; they were not looked into"
    ]


@pytest.mark.parametrize("piece", ["root /x\n", "listen 80\n", '"', "{", "a;", "set $a ", "\\", "$", "{{ a"])
def test_hostile_files_are_read_in_bounded_time(piece: str) -> None:
    started = time.process_time()
    read(piece * 20_000)
    assert time.process_time() - started < 5


def test_a_parameter_that_nginx_has_no_room_for_is_reported() -> None:
    assert "1: has a parameter of 5000 bytes, and nginx takes at most 4095" in messages(
        f"set $a {'x' * 5000};"
    )


PIECES = st.sampled_from(
    [
        *[
            "server",
            "location",
            "/",
            "{",
            "}",
            ";",
            '"',
            "'",
            "\\",
            "$",
            "${",
            "${A}",
            "#",
            "listen",
            "80",
            "é",
            "if",
            "(",
            ")",
            "content_by_lua_block",
            "[[",
            "--",
            "map",
            "<%",
            "{{",
            "root",
        ],
        " ",
        "\n",
        "\r\n",
        "\t",
    ]
)


@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60)))
@settings(max_examples=400, deadline=None)
def test_junk_gives_a_tree_whose_spans_are_its_text(text: str) -> None:
    file = read(text)
    for directive, around in file.walk():
        assert directive.span.text.startswith(directive.name_span.text)
        assert directive.span.start <= directive.name_span.start < directive.span.end <= len(text)
        for argument in directive.args:
            assert directive.span.start <= argument.span.start <= argument.span.end <= directive.span.end
            if not argument.quote and "\\" not in argument.value:
                assert argument.span.text in (argument.value, argument.raw)
        if around:
            assert around[-1].span.start <= directive.span.start
            assert directive.span.end <= around[-1].span.end
    for problem in file.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


TEXTS = st.text("abc/.$\\'\"{}; \n\t#é", min_size=1, max_size=8).filter(lambda text: "{{" not in text)
WORDS = st.lists(TEXTS, min_size=1, max_size=4)  # "{{" begins a template of another language


@given(WORDS)
def test_quoted_arguments_come_back_as_they_went_in(words: list[str]) -> None:
    quoted = " ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    assert only(read(f"unheard_of {quoted};"), "unheard_of").values == tuple(words)
