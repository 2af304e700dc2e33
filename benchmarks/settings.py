"""The settings of one repository: evaluating them against libcst's parse of the same files, and once more.

    python benchmarks/settings.py [REPOSITORY [MODULE]]

Without a repository a generated one is taken. Prints two ratios; ends with 1 if a first evaluation costs more
than 3 times libcst's parse, or a second environment over the same files more than a fifth of the first.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import generate
import libcst

from confguard.discover.project import open_project
from confguard.model.django import choose_module, evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known

MOST_OF_PARSE, MOST_OF_FIRST = 3.0, 0.2


def seconds(run: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Round:
    """Seconds of one parse, first and second evaluation, and the texts of the files that took part."""

    parse: float
    first: float
    second: float
    sources: list[str]


def _round(folder: Path, module: str) -> Round:
    project = open_project(folder)
    other = Environment({"DEBUG": Known("1"), "SECRET_KEY": Known("x" * 50)})
    first = seconds(lambda: evaluate(project, module, Environment()))
    second = seconds(lambda: evaluate(project, module, other))
    files = evaluate(project, module, Environment()).files
    sources = [source.text for path in files if (source := project.read(path)) is not None]
    return Round(seconds(lambda: [libcst.parse_module(text) for text in sources]), first, second, sources)


def main() -> int:
    """Measure, print and judge."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("repository", nargs="?", type=Path)
    options.add_argument("module", nargs="?", default="")
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    folder = given.repository
    if folder is None:
        folder = Path(tempfile.mkdtemp())
        generate.write(folder, 10)
    choice = choose_module(open_project(folder))
    module = given.module or (choice.path if choice is not None and choice.path else "")
    if not module:
        print("there are no settings", file=sys.stderr)
        return 2
    evaluate(open_project(folder), module, Environment())  # what is imported lazily is not counted
    rounds = [_round(folder, module) for _ in range(given.runs)]
    sources = rounds[0].sources
    parse, first, second = ([getattr(one, name) for one in rounds] for name in ("parse", "first", "second"))
    parsing, one, two = map(statistics.median, (parse, first, second))
    lines = sum(text.count("\n") for text in sources)
    print(f"{module}: {len(sources)} files, {lines} lines")
    print(f"libcst's parse         {parsing * 1000:8.1f} ms")
    print(f"first evaluation       {one * 1000:8.1f} ms  {one / parsing:.2f} of the parse")
    print(f"another environment    {two * 1000:8.1f} ms  {two / one:.2f} of the first")
    return int(one > MOST_OF_PARSE * parsing or two > MOST_OF_FIRST * one)


if __name__ == "__main__":
    sys.exit(main())
