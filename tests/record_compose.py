"""Record what docker compose says about the cases in fixtures/conformance/compose.

    python tests/record_compose.py [--command "docker compose"] [--library COMMAND] [CASE...]

The command may also be named by CONFGUARD_DOCKER_COMPOSE. ``--library`` is a program around compose-go 2.10
or later that takes the same options; cases that want it are left out without one. Each case is a folder of
Compose files, with a ``case.json`` where needed (see ``compose_cases.Case``); the answer goes to
``expected.json`` (the model) or ``refused.txt`` (the reason). The program runs on a copy in a folder named
``project``, written ``/project``; it needs no engine and no network.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from compose_cases import CASES, Case, case_names, read_case

RECORDED = ("expected.json", "refused.txt", "case.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--command", default=os.environ.get("CONFGUARD_DOCKER_COMPOSE", "docker compose"))
    parser.add_argument("--library")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    command = shlex.split(options.command)
    version = subprocess.run(
        [*command, "version", "--short"], capture_output=True, text=True, check=True
    ).stdout
    names = options.cases or case_names()
    for name in names:
        case = read_case(name)
        if case.compose_go and not options.library:
            print(f"{name} is left out")
            continue
        record(shlex.split(options.library) if case.compose_go else command, case)
    (CASES / "VERSION").write_text(f"docker compose {version.strip()}\n")
    print(f"{len(names)} cases recorded with docker compose {version.strip()}")
    return 0


def record(command: list[str], case: Case) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "project"
        shutil.copytree(case.folder, folder, ignore=shutil.ignore_patterns(*RECORDED))
        done = subprocess.run(
            [*command, *arguments(case), "config", "--format", "json"],
            cwd=folder,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": "/home/user",
                "DOCKER_HOST": "unix:///none.sock",
                **case.environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        place, parent = str(folder.resolve()), str(Path(parent).resolve())
    for name in ("expected.json", "refused.txt"):
        (case.folder / name).unlink(missing_ok=True)
    if done.returncode == 0:
        model = json.loads(done.stdout.replace(place, "/project").replace(parent, ""))
        text = json.dumps(model, indent=1, sort_keys=True, ensure_ascii=False)
        (case.folder / "expected.json").write_text(text + "\n")
    else:
        lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("time=")]
        reason = " ".join(lines).replace(place, "/project")
        (case.folder / "refused.txt").write_text(reason + "\n")


def arguments(case: Case) -> list[str]:
    result: list[str] = []
    for path in case.files:
        result += ["-f", path]
    for profile in case.profiles:
        result += ["--profile", profile]
    for path in case.env_files or ():
        result += ["--env-file", path]
    if case.project_directory is not None:
        result += ["--project-directory", case.project_directory]
    return result


if __name__ == "__main__":
    sys.exit(main())
