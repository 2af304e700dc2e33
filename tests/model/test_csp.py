"""Policies are compared as browsers read them."""

import pytest
from content_security_policy.parse import policy_from_string

from confguard.model.csp import Difference, differences, forbids_all, lets_inline, lets_script, parse_policy


def test_a_policy_is_split_into_directives_and_sources():
    text = " Default-Src 'self' ;; img-src\tdata: *.example.com; img-src 'none'; upgrade-insecure-requests"
    assert parse_policy(text) == {
        "default-src": ("'self'",),
        "img-src": ("data:", "*.example.com"),
        "upgrade-insecure-requests": (),
    }


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("img-src a.com b.com", "img-src b.com a.com"),
        ("default-src 'self';", "DEFAULT-SRC 'SELF'"),
        ("object-src", "object-src 'none'"),
        ("default-src 'self'; report-uri /a", "default-src 'self'; report-to b"),
        ("img-src HTTPS://Example.com", "img-src https://example.com"),
        ("img-src https://A.example/Path", "img-src https://a.EXAMPLE/Path"),
        ("img-src https://a.example/", "img-src https://a.example"),
        ("img-src 'none' a.com", "img-src a.com"),
        ("script-src 'Report-Sample'", "script-src 'report-sample'"),
        ("default-src 'self'", "default-src 'self'; img-src 'self'; worker-src 'self'"),
        ("script-src a.com; default-src 'none'", "default-src 'none'; script-src a.com; worker-src a.com"),
    ],
)
def test_what_means_the_same_does_not_differ(left, right):
    assert differences(left, right) == ()


def test_sources_and_missing_directives_are_told_apart():
    left = "img-src 'self' a.com; font-src x.com"
    found = differences(left, "img-src 'self' data:; frame-ancestors 'none'")
    assert found == (
        Difference("img-src", ("a.com",), ("data:",)),
        Difference("font-src", ("x.com",), (), missing_right=True),
        Difference("frame-ancestors", (), ("'none'",), missing_left=True),
    )


@pytest.mark.parametrize("source", ["'nonce-AbC'", "'sha256-AbC='", "https://a.com/Path"])
def test_case_counts_in_nonces_hashes_and_paths(source):
    assert differences(f"script-src {source}", f"script-src {source.lower()}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default-src 'none'", True),
        ("default-src 'none'; img-src 'none'; frame-ancestors 'self'", True),
        ("sandbox", True),
        ("default-src 'none'; img-src 'self'", False),
        ("frame-ancestors 'none'", False),
        ("default-src 'self'", False),
    ],
)
def test_a_policy_for_files_that_are_no_pages_forbids_all(text, expected):
    assert forbids_all(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default-src 'self'", False),
        ("default-src 'self' 'nonce-abc'", True),
        ("default-src 'self' 'nonce-abc'; script-src 'self'", False),
        ("script-src 'unsafe-inline'", True),
        ("img-src 'self'", True),
    ],
)
def test_inline_scripts_run_by_nonce_by_leave_or_without_a_rule(text, expected):
    assert lets_inline(text, "script-src") is expected


@pytest.mark.parametrize(
    "text",
    [
        "default-src 'self'",
        "IMG-SRC 'self' data: https: *.example.com; img-src a.com; frame-ancestors https://a.example/p",
        "script-src 'self' 'nonce-QUJD' 'sha256-QUJD' 'unsafe-inline'; object-src; base-uri 'none';",
        "sandbox allow-scripts; x-new a b; upgrade-insecure-requests; report-uri /a; report-to b",
        "require-trusted-types-for 'script';trusted-types *",
    ],
)
def test_a_library_for_policies_splits_them_alike(text):
    # It refuses 'none' beside another source, which browsers bear: it is no parser for what people write.
    theirs = {}
    for directive in policy_from_string(text).directives:
        theirs.setdefault(directive.name.lower(), tuple(map(str, directive.values)))
    assert parse_policy(text) == theirs


@pytest.mark.parametrize(
    ("policy", "let"),
    [
        ("img-src 'self'", True),
        ("default-src 'self'", False),
        ("default-src *; script-src 'none'", False),
        ("script-src 'self'; script-src-elem https:", True),
        ("script-src https://cdn.example.com", True),
        ("script-src cdn.example.com:443", True),
        ("script-src http://cdn.example.com", False),
        ("script-src *.example.com", True),
        ("script-src *.cdn.example.com", False),
        ("script-src https://cdn.example.com/npm/", True),
        ("script-src https://cdn.example.com/npm", False),
        ("script-src https://cdn.example.com/npm/ui.js", True),
        ("script-src 'nonce-abc' 'strict-dynamic'", True),
    ],
)
def test_a_script_of_another_host_is_let_by_a_source_that_matches_its_address(policy, let):
    assert lets_script(policy, "https://cdn.example.com/npm/ui.js") is let
