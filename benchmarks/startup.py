"""What a start costs: ``confguard --version`` against ``import click``, and if libcst is loaded in vain."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generate

MOST = 2.5
"""How many times ``python -c "import click"`` the version may cost."""


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=False, capture_output=True)
    return time.perf_counter() - start


def medians(commands: dict[str, list[str]], folder: Path, runs: int) -> dict[str, float]:
    """Return the median seconds of each command, run in turns so that a busy moment meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            spent = seconds(command, folder)
            if turn:  # the first turn fills the caches
                times[name].append(spent)
    return {name: statistics.median(spent) for name, spent in times.items()}


def loads(module: str, folder: Path) -> bool:
    """Say whether a check of a folder imports a module, by Python's own account."""
    command = [sys.executable, "-X", "importtime", "-m", "confguard", "check", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"the check failed:\n{done.stderr[-2000:]}")
    imported = {
        line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line
    }
    return module in imported


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    options = parser.parse_args()
    confguard = Path(sys.executable).parent / "confguard"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import click'": [sys.executable, "-c", "import click"],
            "confguard --version": [str(confguard), "--version"],
            "python -m confguard --version": [sys.executable, "-m", "confguard", "--version"],
        }
        times = medians(commands, folder, options.runs)
        base = times["python -c 'import click'"]
        for command, spent in times.items():
            print(f"{command:<32} {spent * 1000:7.1f} ms  {spent / base:5.2f} x import click")
        files = generate.repository(5)
        without, with_settings = folder / "without", folder / "with"
        for target, wanted in (
            (without, lambda path: not path.endswith(".py")),
            (with_settings, lambda path: True),
        ):
            for path, text in files.items():
                if wanted(path):
                    (target / path).parent.mkdir(parents=True, exist_ok=True)
                    (target / path).write_text(text, encoding="utf-8")
        in_vain, needed = loads("libcst", without), loads("libcst", with_settings)
    said = {True: "yes", False: "no"}
    print(f"libcst loaded without a settings file: {said[in_vain]}, with one: {said[needed]}")
    ratio = times["confguard --version"] / base
    print(f"confguard --version costs {ratio:.2f} times import click; at most {MOST} are allowed")
    return int(ratio > MOST or in_vain or not needed)


if __name__ == "__main__":
    sys.exit(main())
