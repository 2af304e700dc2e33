"""Commands of steps, and what only runs another command."""

import pytest

from confguard.model.workflows.jobs import commands_of, without_runner
from confguard.parsers.workflows import parse
from confguard.source import SourceFile


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("python manage.py check", "manage.py check"),
        ("uv run python -W error manage.py check", "manage.py check"),
        ("poetry run coverage run --source=. manage.py test", "manage.py test"),
        ("python3.13 -m pytest -q", "pytest -q"),
        (".venv/bin/python manage.py test", "manage.py test"),
        ("pip-audit -r a.txt", "pip-audit -r a.txt"),
        ("python -c pass", "python -c pass"),
    ],
)
def test_what_only_runs_a_command_is_left_out(text, rest):
    assert without_runner(tuple(text.split())) == tuple(rest.split())


def test_variables_in_front_of_a_command_belong_to_it_alone():
    text = "jobs:\n  a:\n    steps:\n      - run: A=1 B=$X manage.py check && C=3\n"
    (job,) = parse(SourceFile("x.yml", text)).jobs
    first, second = commands_of(job.steps[0])
    assert (first.texts, first.assigned) == (("manage.py", "check"), (("A", "1"), ("B", None)))
    assert (second.texts, second.assigned) == ((), (("C", "3"),))
