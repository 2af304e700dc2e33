"""Workflows are read to jobs and steps with places that fit the text."""

from confguard.parsers.workflows import parse
from confguard.source import SourceFile

TEXT = """\
on: [push]
env:
  SHARED: one
defaults:
  run:
    working-directory: ./backend
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      SHARED: two
      SECRET: ${{ secrets.X }}
    services:
      db:
        image: postgres:17
        ports: ["5432:5432"]
      cache:
        image: redis:8
      other:
        image: ${{ matrix.image }}
        ports: ${{ matrix.ports }}
    steps:
      - uses: actions/checkout@v4
      - name: Check
        continue-on-error: true
        working-directory: src
        env:
          OWN: three
        run: |
          first \\
            --long
          second
      - run: third
  image:
    container: python:3.13
    steps:
      - run: fourth
        working-directory: ${{ matrix.folder }}
"""


def read():
    return parse(SourceFile(".github/workflows/x.yml", TEXT))


def test_a_step_has_the_environment_of_workflow_and_job_too():
    checkout, check, _ = read().jobs[0].steps
    assert {name: one.text for name, one in check.environment.items()} == {
        "SHARED": "two",
        "SECRET": None,
        "OWN": "three",
    }
    assert "OWN" not in checkout.environment
    assert check.environment["OWN"].span.text == "three"


def test_a_step_has_its_own_lines_and_folder():
    checkout, check, third = read().jobs[0].steps
    assert checkout.lines == ()
    assert [line.joined.text.split() for line in check.lines] == [["first", "--long"], ["second"]]
    assert [line.joined.text for line in third.lines] == ["third"]
    assert (check.folder, third.folder) == ("src", "backend")
    assert check.forgiven is not None and check.forgiven.text == "continue-on-error: true"
    assert third.forgiven is None


def test_services_have_their_published_ports():
    job = read().jobs[0]
    assert [(one.name, one.image, one.ports) for one in job.services] == [
        ("db", "postgres:17", ("5432:5432",)),
        ("cache", "redis:8", ()),
        ("other", None, None),
    ]
    assert not job.in_container


def test_what_an_expression_makes_is_not_known():
    job = read().jobs[1]
    assert job.in_container
    assert job.steps[0].folder is None


def test_a_file_that_is_no_workflow_has_no_jobs():
    for text in (
        "",
        "- a\n",
        "jobs: [a]\n",
        "jobs:\n  a: b\n",
        "jobs: {a: {steps: 3, services: [x]}}\n",
        ": {",
    ):
        assert all(not job.steps for job in parse(SourceFile("x.yml", text)).jobs)
