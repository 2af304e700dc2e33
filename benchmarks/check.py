"""The whole check on generated repositories of several sizes, against parsing alone and other linters."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import generate
from startup import medians

SIZES = (1, 10, 100)

PARSE = """
import sys
from pathlib import Path
for path in map(Path, sys.argv[1:]):
    if path.suffix == ".yaml":
        import yaml
        yaml.compose(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    elif path.suffix == ".template":
        import crossplane
        crossplane.parse(str(path), single=True, check_ctx=False, check_args=False)
    elif path.suffix == ".py":
        import libcst
        libcst.parse_module(path.read_text())
    elif path.name.startswith(".env"):
        from dotenv.parser import parse_stream
        with path.open() as stream:
            list(parse_stream(stream))
"""


def peers(folder: Path) -> dict[str, list[str]]:
    """Return the commands of other linters that are on the PATH."""
    commands = {}
    if dclint := shutil.which("dclint"):
        commands["dclint"] = [dclint, str(folder / "compose.yaml"), str(folder / "compose.prod.yaml")]
    if gixy := shutil.which("gixy"):
        commands["gixy"] = [gixy, str(folder / "nginx" / "default.conf.template")]
    return commands


def measure(services: int, runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [str(folder / path) for path in generate.write(folder, services)]
        check = [sys.executable, "-m", "confguard", "check", str(folder)]
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"the check failed:\n{done.stderr[-2000:]}")
        parse = [sys.executable, "-c", PARSE, *files]
        subprocess.run(parse, check=True, capture_output=True)
        return medians({"confguard": check, "parsing alone": parse, **peers(folder)}, folder, runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    smallest: float | None = None
    for services in SIZES:
        times = measure(services, options.runs)
        spent = times.pop("confguard")
        smallest = smallest or spent
        print(f"{services:>3} services: {spent:6.2f} s, {spent / smallest:5.1f} x one service", end="")
        print(f", {1000 * spent / services:6.1f} ms a service")
        for name, other in times.items():
            print(f"{'':>13} {name}: {other:6.2f} s, confguard takes {spent / other:4.1f} x that")


if __name__ == "__main__":
    main()
