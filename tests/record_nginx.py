"""Record what real nginx answers to the requests of the conformance cases.

    python tests/record_nginx.py PROBE [CASE ...] [--label 1.30] [--argument --nginx --argument bookworm]

PROBE is a program that runs nginx on a folder taken as /etc/nginx and sends it requests, with stub
upstreams behind it: ``PROBE FOLDER --requests FILE`` prints JSON with ``nginx`` (the version),
``files`` (the static files it made) and ``results``: for each request ``status``, ``headers``,
``locations`` (from nginx's debug log) and ``upstreams``. Each case keeps its answers by version.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parent.parent / "fixtures/conformance/nginx"
NOT_KEPT = {"date", "last-modified", "etag", "server", "content-length", "content-type", "connection"}


def compact(result: dict) -> dict:
    """Keep of a result what the configuration decides."""
    kept = {"status": result.get("status")}
    kept["headers"] = [pair for pair in result.get("headers", []) if pair[0].lower() not in NOT_KEPT]
    kept["locations"] = result.get("locations", [])
    kept["upstreams"] = [
        {key: hit[key] for key in ("upstream", "protocol", "path", "version", "headers") if key in hit}
        for hit in result.get("upstreams", [])
    ]
    return kept


def record(probe: str, case: Path, label: str, more: list[str]) -> None:
    command = [probe, str(case / "conf"), "--requests", str(case / "requests.json"), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    if not answer.get("ok"):
        print(f"{case.name}: nginx refuses it: {answer.get('test') or answer.get('error')}", file=sys.stderr)
        return
    lines = ",\n  ".join(json.dumps(compact(result)) for result in answer["results"])
    version = answer["nginx"].rpartition("/")[2]
    head = f'{{\n "nginx": "{version}",\n "files": {json.dumps(answer["files"])},\n'
    text = f'{head} "answers": [\n  {lines}\n ]\n}}\n'
    (case / f"answers-{label}.json").write_text(text)
    print(f"{case.name}: {len(answer['results'])} answers of nginx {version}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("probe")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--label", default="1.30")
    parser.add_argument("--argument", action="append", default=[])
    given = parser.parse_args()
    for case in sorted(CASES.iterdir()):
        if not given.cases or case.name in given.cases:
            record(given.probe, case, given.label, given.argument)


if __name__ == "__main__":
    main()
