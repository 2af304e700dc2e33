"""One repository's check against the programs that people run instead: their times together, and peak memory.

    python benchmarks/deployment.py REPOSITORY --peer 'gixy=gixy nginx/nginx.conf' \\
        --peer 'dclint=dclint docker-compose.yml' \\
        --peer 'check --deploy=python manage.py check --deploy' --in 'check --deploy=backend'

Each command is run from the repository's folder, or from the one that --in names, in turns with the check.
"""

import argparse
import resource
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

MOST = 0.5
"""What part of the peers' time together the check may cost."""


def seconds(command: list[str], folder: Path, show: bool) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    spent = time.perf_counter() - start
    if show:
        said = (done.stdout + done.stderr).strip().splitlines()
        print(f"  {shlex.join(command)[:90]}: exit code {done.returncode}, {len(said)} lines")
        if "Traceback" in done.stderr:
            sys.exit(done.stderr[-2000:])
    return spent


def peak(command: list[str], folder: Path) -> float:
    """Return the peak memory of a command in MiB: the largest of this process' children so far."""
    subprocess.run(command, cwd=folder, check=False, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--in", dest="folders", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    root = options.repository.resolve()
    check = [sys.executable, "-m", "confguard", "check", str(root)]
    memory = peak(check, root)
    folders = dict(one.split("=", 1) for one in options.folders)
    commands = {"confguard": (check, root)}
    for one in options.peer:
        name, _, command = one.partition("=")
        commands[name] = (shlex.split(command), root / folders.get(name, "."))
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(options.runs + 1):
        for name, (command, folder) in commands.items():
            spent = seconds(command, folder, show=not turn)
            if turn:  # the first turn fills the caches of the file system
                times[name].append(spent)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    own = medians.pop("confguard")
    print(f"confguard check      {own:6.2f} s, peak memory {memory:.0f} MiB")
    for name, spent in medians.items():
        print(f"{name:<20} {spent:6.2f} s, confguard takes {own / spent:.2f} x that")
    together = sum(medians.values())
    if not together:
        return 0
    share = own / together
    print(f"{'together':<20} {together:6.2f} s, confguard takes {share:.2f} x that, at most {MOST} wanted")
    return int(share > MOST)


if __name__ == "__main__":
    sys.exit(main())
