import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from compose_cases import CASES, case_names, read_case

from confguard.discover.project import Listing, Project
from confguard.model.compose import ComposeModel, load
from confguard.model.compose.dump import dump

IGNORED = {"expected.json", "refused.txt", "case.json"}


def model_of(name: str) -> ComposeModel:
    case = read_case(name)
    paths = [path for path in case.folder.rglob("*") if path.is_file() and path.name not in IGNORED]
    listing = Listing(tuple(sorted(path.relative_to(case.folder).as_posix() for path in paths)), "walk")
    return load(
        Project(case.folder.resolve(), listing),
        case.files,
        profiles=case.profiles,
        env_files=case.env_files,
        environment={"HOME": "/home/user", **case.environment},
        project_directory=case.project_directory,
        complete=True,
        root="/project",
    )


@pytest.mark.parametrize("name", case_names())
def test_the_model_is_what_docker_compose_says(name: str) -> None:
    model = model_of(name)
    refused = CASES / name / "refused.txt"
    said = [f"{problem.span}: {problem.message}" for problem in model.problems + model.refusals]
    if refused.exists():
        assert said, f"docker compose refuses it: {refused.read_text()}"
    else:
        assert not said
        assert dump(model) == json.loads((CASES / name / "expected.json").read_text())


COMMON = """
service project compose yaml invalid must validating that with thi ha have doe not and for from the file
failed error due following
decoding value additional property allowed load are which a i in to of by on it be no an or any
"""
"""Words that are in every reason, without their final s."""


def subjects(text: str) -> set[str]:
    """Return the words of a reason that say what it is about, without their final s."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {word.removesuffix("s") for word in words} - set(COMMON.split())


OTHER_WORDS = {"env-file-is-a-folder", "unknown-top-level", "wrong-type-environment-list", "yaml-list-at-top"}
"""Refusals that docker compose explains by its own insides."""

REFUSED = [name for name in case_names() if (CASES / name / "refused.txt").exists()]


@pytest.mark.parametrize("name", sorted({*REFUSED} - OTHER_WORDS))
def test_a_refusal_speaks_of_what_docker_compose_speaks_of(name: str) -> None:
    reason = (CASES / name / "refused.txt").read_text()
    model = model_of(name)
    said = " ".join(
        f"{problem.message} {problem.span.path} {problem.span.file.line_text(problem.span.line)}"
        for problem in model.problems + model.refusals
    )
    assert subjects(reason) & subjects(said), f"{reason} is not what is said: {said}"


def test_there_are_cases_of_both_outcomes() -> None:
    refused = [name for name in case_names() if (CASES / name / "refused.txt").exists()]
    assert len(case_names()) >= 200
    assert len(refused) >= 60
