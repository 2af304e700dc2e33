"""Tries the fixes of all findings on real repositories, without changing them.

    python -m tests.fixes.on_repositories [--docker-compose COMMAND] PATH...

Each fix is applied alone, in memory. A line says whether its finding is gone, whether a file is broken by it,
and whether what runs changes only as ``intended`` says; a table sums up by rule. With ``--docker-compose``
(such as "docker compose") stacks whose Compose files or templates change are given to the real program, too,
in throw-away copies: it has to see the same changes as the models do.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from confguard import run
from confguard.finding import Finding
from confguard.fixes.edits import apply
from confguard.fixes.write import write
from confguard.model.compose.dump import dump
from confguard.model.deployment import Deployment
from confguard.run.fixing import Look
from confguard.source import SourceFile
from tests.fixes.effects import difference, flat
from tests.fixes.intended import INTENDED, matches

PROJECT_NAME = re.compile(r" c/(name|networks/[^/]*/name|volumes/[^/]*/name): ")
"""It is the name of the copy's folder where nobody says it."""
ASKS = re.compile(r"required variable (\w+) is missing a value")
ABSENT = re.compile(r"env file (\S+) not found")
UNSET = re.compile(r"The \W*(\w+)\W* variable is not set")
UNREAD = re.compile(
    r"\.(py|[jt]sx?|css|html|md|po|mo|svg|png|jpe?g|gif|woff2?|ttf|sql|gz|lock|pdf|map|rst)\Z"
)
NOWHERE = "/\u25a1project"
"""The folder of a project in models, which do not know where it lies."""
TRIES = 20
"""So many env files may be made, one after the other."""


def main() -> None:
    """Try all fixes of the repositories that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--docker-compose", metavar="COMMAND", type=shlex.split)
    options = parser.parse_args()
    table: dict[str, Counter[str]] = {}
    for path in options.paths:
        print(f"{path.name}:")
        for finding, verdicts in tried(path, options.docker_compose):
            table.setdefault(finding.rule, Counter()).update(verdicts)
            safe = "safe" if finding.fix and finding.fix.safe else "unsafe"
            print(f"  {finding.rule} ({safe}): {', '.join(verdicts)}: {finding.message[:100]}")
    print(f"\n{'rule':<32}{'applied':>8}  verdicts")
    for rule, counts in sorted(table.items()):
        applied = counts.pop("applied")
        print(f"{rule:<32}{applied:>8}  {', '.join(f'{word}: {count}' for word, count in counts.items())}")


def tried(path: Path, compose: list[str] | None) -> Iterator[tuple[Finding, list[str]]]:
    """Yield each finding that has a fix, with what came out when that was applied alone."""
    settings = run.settings_for(path)
    before = run.check(path, settings)
    broken = Look(before).broken
    for finding in before.report.findings:
        if finding.fix is None:
            continue
        new = apply(finding.fix.edits)
        after = run.check(
            path, settings, {file.path: SourceFile(file.path, text) for file, text in new.items()}
        )
        verdicts = ["applied"]
        left = {one.fingerprint for one in after.report.findings if one.rule == finding.rule}
        verdicts.append("STILL THERE" if finding.fingerprint in left else "gone")
        verdicts += ["BREAKS A FILE"] if Look(after).broken - broken else []
        changed = difference(before.repo, after.repo)
        astray = [line for line in changed if not matches(line, finding, INTENDED[finding.rule])]
        verdicts.append(f"ASTRAY ({astray[0]})" if astray else "only what is meant")
        if compose:
            changes = {file.path: (file.text, text) for file, text in new.items()}
            pairs = _stacks(before, after, frozenset(changes))
            verdicts += [_asked(compose, before.report.root, changes, *pair) for pair in pairs]
        yield finding, verdicts


def _stacks(
    before: run.Run, after: run.Run, paths: frozenset[str]
) -> Iterator[tuple[Deployment, Deployment]]:
    """Yield the stacks, before and after, that are made of these files."""
    later = {one.name: one for one in after.repo.deployments}
    for one in before.repo.deployments:
        files = {*one.stack.files, *one.stack.stand_ins.values()}
        if files & paths and one.name in later:
            yield one, later[one.name]


def _asked(
    command: list[str],
    root: Path,
    changes: Mapping[str, tuple[str, str]],
    before: Deployment,
    after: Deployment,
) -> str:
    """Return whether docker compose sees the same changes as the model."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder, name, "project") for name in ("before", "after")]
        for copy in copies:
            shutil.copytree(root, copy, symlinks=True, ignore=_not_read)
        write(copies[1], changes)
        answers = [_config(command, copy, before) for copy in copies]
        errors = [one for one in answers if isinstance(one, str)]
        real = [one for one in answers if not isinstance(one, str)]
        if len(errors) == 1 and isinstance(answers[0], Counter) and (asked := ASKS.search(errors[0])):
            return f"compose asks for {asked[1]}"
        if errors:
            return f"REFUSED ({', '.join(errors)[-80:]})"
        models = [_lines(dump(one.compose), root) for one in (before, after)]
        seen, computed = (_changes(*pair) for pair in (real, models))
        return "compose agrees" if seen == computed else f"COMPOSE DIFFERS ({sorted(seen ^ computed)[0]})"


def _not_read(_: str, names: list[str]) -> set[str]:
    """Return what docker compose does not read: that saves most of the copy."""
    return {name for name in names if name == ".git" or UNREAD.search(name)}


def _config(command: list[str], copy: Path, deployment: Deployment) -> Counter[str] | str:
    """Return what docker compose makes of a stack, or what it complains of.

    Templates stand in for what only the host has, empty files for env files without a template, a number for
    a port that is not set and a folder for any other such variable, but only where nothing works without.
    """
    for path, template in deployment.stack.stand_ins.items():
        if not path.startswith(("/", "..")) and (copy / template).is_file():
            shutil.copy(copy / template, copy / path)
    words = [part for file in deployment.stack.files for part in ("-f", file)]
    if deployment.stack.project_directory:
        words += ["--project-directory", deployment.stack.project_directory]
    words += [part for profile in deployment.stack.profiles for part in ("--profile", profile)]
    given: dict[str, str] = {}
    for _ in range(TRIES):
        done = subprocess.run(
            [*command, *words, "config", "--format", "json"],
            cwd=copy,
            env={"PATH": os.environ["PATH"], "HOME": "/", **given},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return _lines(json.loads(done.stdout), copy)
        unset = UNSET.findall(done.stderr)
        if unset and not given:
            given = {name: "5432" if "PORT" in name else "/srv" for name in unset}
            continue
        absent = ABSENT.search(done.stderr)
        if absent is None or not Path(absent[1]).resolve().is_relative_to(copy.resolve()):
            break
        Path(absent[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(absent[1]).touch()
    return done.stderr.strip()


def _lines(model: object, root: Path) -> Counter[str]:
    return Counter(line.replace(str(root), "ROOT").replace(NOWHERE, "ROOT") for line in flat("c", model))


def _changes(before: Counter[str], after: Counter[str]) -> set[str]:
    lines = {f"- {line}" for line in before - after} | {f"+ {line}" for line in after - before}
    return {line for line in lines if not PROJECT_NAME.search(line) and "<unknown" not in line}


if __name__ == "__main__":
    main()
