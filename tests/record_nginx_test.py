"""Record what ``nginx -t`` says of the configurations of nginx_mutations.py.

    python tests/record_nginx_test.py PROBE

PROBE is a program that tests a folder taken as /etc/nginx: ``PROBE FOLDER --strict`` prints JSON with
``ok``, ``nginx`` (the version) and ``test``, the lines that nginx wrote.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from nginx_mutations import broken, valid

TARGET = Path(__file__).parent.parent / "fixtures/conformance/nginx-test.json"


def judge(probe: str, name: str, text: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "nginx.conf").write_bytes(text.encode())
        Path(folder, "users").write_text("a:b\n")
        done = subprocess.run([probe, folder, "--strict"], capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    said = next((line for line in answer["test"] if "[emerg]" in line), "")
    place = re.search(r" in /etc/nginx/\S+:(\d+)", said)
    message = re.sub(r"^.*?\[emerg\] \S+ ", "", said)
    line = int(place[1]) if place else None
    return {"name": name, "crc": zlib.crc32(text.encode()), "ok": answer["ok"], "line": line, "says": message}


def main() -> None:
    probe = sys.argv[1]
    cases = [*broken(), *valid()]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda case: judge(probe, *case), cases))
    TARGET.write_text("[\n " + ",\n ".join(json.dumps(answer) for answer in answers) + "\n]\n")
    refused = sum(not answer["ok"] for answer in answers)
    print(f"{len(answers)} configurations, {refused} refused")


if __name__ == "__main__":
    main()
