"""Hosts and origins as Django 5.2 and django-cors-headers 4.9 take them: each case was asked of them."""

from __future__ import annotations

import pytest

from confguard.model.django.hosts import accepts, cors_fault, csrf_fault, host_fault, trusts


@pytest.mark.parametrize(
    ("host", "allowed", "accepted"),
    [
        ("a.example", ["a.example"], True),
        ("A.Example:8000", ["a.example"], True),
        ("a.example.", ["a.example"], True),
        ("b.a.example", [".a.example"], True),
        ("a.example", [".a.example"], True),
        ("ba.example", [".a.example"], False),
        ("b.a.example", ["*.a.example"], False),
        ("a.example:8000", ["a.example:8000"], False),
        ("a_b", ["*"], False),
        ("a_b", ["a_b"], False),
        ("[::1]:8000", ["[::1]"], True),
        ("a.example", ["A.EXAMPLE"], True),
        ("a.example", ["a.example."], False),
        ("a.example", [""], False),
    ],
)
def test_hosts_are_compared_as_django_does(host, allowed, accepted):
    assert accepts(host, allowed) is accepted


@pytest.mark.parametrize(
    ("entry", "sound"),
    [
        ("a.example", True),
        (".a.example", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("*", True),
        ("A.example", True),
        ("https://a.example", False),
        ("a.example:8000", False),
        ("a.example/", False),
        ("*.a.example", False),
        ("a.example,b.example", False),
        ("a.example b.example", False),
        (" a.example", False),
        ("a_b.example", False),
        ("::1", False),
        ("a.example.", False),
    ],
)
def test_an_entry_has_a_fault_where_it_matches_no_host(entry, sound):
    assert (host_fault(entry) == "") is sound
    probes = [
        "a.example",
        "x.a.example",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "b.example",
        "a_b.example",
        "a.example:8000",
    ]
    assert any(accepts(probe, [entry]) for probe in probes) is sound


@pytest.mark.parametrize(
    ("entry", "origin", "trusted"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example/", "https://a.example", False),
        ("http://a.example", "https://a.example", False),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://a.example", True),
        ("https://*", "https://a.example", False),
        ("https://a.*", "https://a.example", False),
        ("https://a.example:443", "https://a.example", False),
        ("https://a.example:8443", "https://a.example:8443", True),
        ("https://A.example", "https://a.example", False),
        ("a.example", "https://a.example", False),
        ("https://a.example,https://b.example", "https://a.example", False),
    ],
)
def test_an_origin_is_trusted_where_its_entry_has_no_fault(entry, origin, trusted):
    assert trusts(origin, [entry]) is trusted
    fault, refused = csrf_fault(entry)
    assert (fault == "") is (trusted or entry.startswith("http://"))
    assert refused is ("://" not in entry)


@pytest.mark.parametrize(
    ("entry", "fault", "works"),
    [
        ("https://a.example", "", True),
        ("null", "", True),
        ("https://a.example/", "ends with a slash", True),
        ("https://a.example/api", "has a path", True),
        ("a.example", "has no scheme", False),
        ("https://", "has no host", False),
        ("a.example:8000", "has no scheme", False),
    ],
)
def test_origins_of_cors_have_the_faults_of_its_check(entry, fault, works):
    assert cors_fault(entry) == (fault, works)
