"""Compare the Compose model with docker compose over the Compose files of whole repositories.

    python tests/compare_compose.py [--command "docker compose"] [--verbose] REPOSITORY...

Every Compose file alone, and every chain of files that a command, script or document names, without a
profile, with each profile alone and with all of them; each of these as committed, and with the committed
templates in the place of the env files that git ignores. The command may also be named by
CONFGUARD_DOCKER_COMPOSE; it
runs on copies of what git tracks, in a temporary folder, without remote resources, and needs no engine.
"""

import argparse
import collections
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from confguard import run
from confguard.discover.kinds import Kind
from confguard.model.compose import load
from confguard.model.compose.dump import dump
from confguard.model.repo import Repo

HOME = "/home/user"


@dataclass(frozen=True)
class Wanted:
    """One call of docker compose; ``kind`` says why it is made."""

    kind: str
    files: tuple[str, ...]
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str | None = None


def wanted(repo: Repo) -> Iterator[Wanted]:
    """Yield every call that is worth comparing, each once."""
    calls = [Wanted("alone", (path,)) for path in repo.paths(Kind.COMPOSE)]
    for one in repo.sightings:
        if one.files and all(repo.project.exists(path) for path in one.files):
            there = all(repo.project.exists(path) for path in one.env_files)
            envs = tuple(one.env_files) if there else ()
            calls.append(Wanted("chain", tuple(one.files), tuple(one.profiles), envs, one.project_directory))
    calls += [Wanted("chain", stack.files) for stack in repo.stacks]
    seen: set[tuple[object, ...]] = set()
    for call in calls:
        model = load(repo.project, call.files, complete=True)
        profiles = sorted({name for service in model.services.values() for name in service.profiles})
        variants = [call.profiles, (), *((name,) for name in profiles), ("*",) if profiles else ()]
        for active in variants:
            kind = call.kind if active == call.profiles else "profile"
            key = (call.files, active, call.env_files, call.project_directory)
            if key not in seen:
                seen.add(key)
                yield Wanted(kind, call.files, active, call.env_files, call.project_directory)


def differences(left: object, right: object, path: str = "") -> Iterator[str]:
    """Yield where two JSON values differ; the first one is docker compose's."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            yield from differences(left.get(key, "(absent)"), right.get(key, "(absent)"), f"{path}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif left != right or isinstance(left, bool) is not isinstance(right, bool):
        yield f"{path}: {left!r} is {right!r} here"


def asked(command: list[str], folder: Path, call: Wanted) -> tuple[object, str]:
    """Return docker compose's model, or None and its reason."""
    arguments = [part for path in call.files for part in ("-f", path)]
    arguments += [part for name in call.profiles for part in ("--profile", name)]
    arguments += [part for path in call.env_files for part in ("--env-file", path)]
    if call.project_directory is not None:
        arguments += ["--project-directory", call.project_directory or "."]
    environment = {"PATH": "/usr/bin:/bin", "HOME": HOME, "DOCKER_HOST": "unix:///none.sock"}
    environment |= {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0"}
    done = subprocess.run(
        [*command, *arguments, "config", "--format", "json"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("time=")]
        return None, " ".join(lines)
    return json.loads(done.stdout), ""


def compared(
    repo: Repo, command: list[str], folder: Path, call: Wanted, stand_ins: dict[str, str]
) -> list[str]:
    """Return the outcome of one call and what differs."""
    said, reason = asked(command, folder, call)
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": HOME, "DOCKER_HOST": "unix:///none.sock",
        "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0",
    }  # fmt: skip
    model = load(
        repo.project, call.files, profiles=call.profiles, env_files=call.env_files or None,
        project_directory=call.project_directory, stand_ins=stand_ins, complete=True, root=str(folder),
        environment=environment,
    )  # fmt: skip
    refused = [f"{problem.span}: {problem.message}" for problem in model.problems + model.refusals]
    if said is None:
        older = bool(model.redeclared) and "conflicts with imported resource" in reason
        return ["refused by both"] if refused or older else ["refusal missed", reason]
    if refused:
        return ["refused wrongly", *refused]
    found = list(differences(said, dump(model)))
    return ["different", *found] if found else ["equal"]


def copy(repo: Repo, folder: Path, stand_ins: dict[str, str]) -> None:
    """Copy what git tracks, and the templates into the places of what it ignores."""
    pairs = [(path, path) for path in repo.project.paths] + [(one, path) for path, one in stand_ins.items()]
    for source, target in pairs:
        place = folder / target
        if (repo.project.root / source).is_file() and folder in place.parents:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repo.project.root / source, place)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--command", default=os.environ.get("CONFGUARD_DOCKER_COMPOSE", "docker compose"))
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("repositories", nargs="+", type=Path)
    options = parser.parse_args()
    counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
    for path in options.repositories:
        repo = run.repo(path, run.settings_for(path))
        templates: dict[str, str] = {}
        for stack in repo.stacks:
            for target, template in stack.stand_ins.items():
                if repo.project.exists(template) and not repo.project.exists(target):
                    templates.setdefault(target, template)
        for variant, stand_ins in (("as committed", {}), ("with templates", templates)):
            if variant == "with templates" and not templates:
                continue
            with tempfile.TemporaryDirectory() as parent:
                folder = Path(parent).resolve() / "project"
                folder.mkdir()
                copy(repo, folder, stand_ins)
                for call in wanted(repo):
                    outcome, *details = compared(repo, shlex.split(options.command), folder, call, stand_ins)
                    counts[variant, call.kind, outcome] += 1
                    if details or options.verbose:
                        print(f"{path.name}, {variant}, {call}: {outcome}")
                        print("".join(f"    {detail[:300]}\n" for detail in details[:8]), end="")
    for (variant, kind, outcome), count in sorted(counts.items()):
        print(f"{variant:15} {kind:8} {outcome:16} {count:5}")
    bad = sum(
        count for (_, _, outcome), count in counts.items() if outcome not in ("equal", "refused by both")
    )
    print(f"{sum(counts.values())} calls, {bad} differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
