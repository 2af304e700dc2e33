"""What workflows push."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.workflows.images import _split, only_latest
from confguard.parsers.workflows import parse
from confguard.source import SourceFile


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("shop:latest", ["shop"]),
        ("shop", ["shop"]),
        ("registry.example.org:5000/shop:latest", ["registry.example.org:5000/shop"]),
        ("$OWNER/shop:latest", ["$OWNER/shop"]),
        ("${{ secrets.OWNER }}/shop:latest", ["${{ secrets.OWNER }}/shop"]),
        ("shop:1.2", []),
        ("shop:$TAG", []),
        ("shop:${{ github.sha }}", []),
        ("$IMAGE", []),
        ("${{ env.IMAGE }}", []),
        ("--all-tags shop", []),
    ],
)
def test_an_image_is_unversioned_where_latest_is_surely_its_only_tag(repository, reference, found):
    text = f"jobs:\n  a:\n    steps:\n      - run: docker push {reference}\n"
    project = open_project(repository({".github/workflows/a.yml": text}))
    repo = build(project, classify(project), (), {}, frozenset())
    assert [one.name for one in only_latest(repo)] == found


def test_a_reference_of_many_expressions_takes_no_time():
    text = "jobs:\n  a:\n    steps:\n      - run: docker push " + "${{ a }}" * 60 + "$!\n"
    (job,) = parse(SourceFile("x.yml", text)).jobs
    assert list(job.steps[0].lines)
    assert _split("${{ a }}" * 60 + "$!") == ("", None)
