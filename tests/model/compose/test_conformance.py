import json
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


def test_there_are_cases_of_both_outcomes() -> None:
    refused = [name for name in case_names() if (CASES / name / "refused.txt").exists()]
    assert len(case_names()) >= 100
    assert len(refused) >= 25
