"""Times the Compose model against PyYAML's parse: ``python benchmarks/compose.py [SERVICES...]``.

For each size it writes a stack of five Compose files and an ``.env`` file, the same each time, and prints the
time of ``yaml.compose`` (libyaml) over the files, of confguard's located parse, of the whole model (merge,
schema, interpolation, env file, checks, typed view, overrides), its ratio to ``yaml.compose``, and its
time per service. Times are the least of several runs, in processor time. The collector of Python costs PyYAML
more than its parse, the more the larger the heap; so there is a second ratio with the collector off for both.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from confguard.discover.project import Listing, Project
from confguard.model.compose import load
from confguard.parsers.compose import parse
from confguard.source import SourceFile

FILES = (
    "compose.yaml",
    "compose.images.yaml",
    "compose.prod.yaml",
    "compose.limits.yaml",
    "compose.local.yaml",
)


def stack(services: int) -> dict[str, str]:
    """Return the files of a stack by path."""
    chance = random.Random(services)
    texts = dict.fromkeys(FILES, "services:\n")
    texts["compose.yaml"] = (
        "x-common: &common\n  restart: unless-stopped\n  logging:\n    driver: json-file\n"
        "    options: {max-size: 10m, max-file: '3'}\n\nservices:\n"
    )
    for index in range(services):
        for path, text in zip(FILES, _service(index, chance), strict=True):
            texts[path] += f"  s{index}:\n{text}"
    texts["compose.yaml"] += "networks:\n  backend:\nvolumes:\n" + "".join(f"  data{i}:\n" for i in range(7))
    texts["compose.local.yaml"] += "secrets:\n  token:\n    file: ./token\n"
    return {**texts, ".env": "TAG=2.0\nPASSWORD=secret\nMODE=production\nSENTRY_DSN=\n"}


def _service(index: int, chance: random.Random) -> tuple[str, ...]:
    base = (
        f"    <<: *common\n    image: registry.example.org/team/app{index}:${{TAG:-{chance.randrange(9)}}}\n"
        f"    environment:\n      DATABASE_URL: postgres://app:${{PASSWORD}}@db:5432/app{index}\n"
        f'      MODE: ${{MODE:-production}}\n      WORKERS: "{chance.randrange(1, 9)}"\n'
        f'    ports:\n      - "127.0.0.1:{10000 + index}:8000"\n'
        f"    volumes:\n      - data{index % 7}:/var/lib/app\n      - ./conf/{index}.conf:/etc/app.conf:ro\n"
        "    networks:\n      - backend\n    healthcheck:\n"
        "      test: [CMD, curl, -f, http://localhost:8000/health]\n      interval: 30s\n      retries: 3\n"
    )
    if index % 10:
        base += f"    depends_on:\n      s{index - 1}:\n        condition: service_started\n"
    digest = f"{chance.getrandbits(256):064x}"
    return (
        base,
        f"    image: registry.example.org/team/app{index}@sha256:{digest}\n"
        f"    labels:\n      - team=a{index % 5}\n      - traefik.enable=true\n",
        "    environment:\n      LOG_LEVEL: warning\n      MODE: production\n"
        f"    ports: !override\n      - '{20000 + index}:8000'\n",
        "    deploy:\n      resources:\n        limits:\n          cpus: '0.5'\n          memory: 256m\n",
        "    environment:\n      - SENTRY_DSN=${SENTRY_DSN:-}\n    secrets: [token]\n"
        "    command: [gunicorn, app.wsgi, --bind, '0.0.0.0:8000']\n",
    )


def least(function: Callable[[], object], runs: int) -> float:
    """Return the least processor time of some runs, in seconds."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def measure(services: int, runs: int) -> None:
    texts = stack(services)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, text in texts.items():
            (root / path).write_text(text)
        listing = Listing(tuple(sorted(texts)), "walk")

        def composed() -> object:
            return [yaml.compose(texts[path], Loader=yaml.CSafeLoader) for path in FILES]

        def parsed() -> object:
            return [parse(SourceFile(path, texts[path])) for path in FILES]

        def modelled() -> object:
            # A project of its own each time: it keeps what it has parsed.
            model = load(Project(root, listing), FILES)
            assert len(model.overrides) >= services and not model.problems and not model.refusals
            return model

        times = [least(function, runs) for function in (composed, parsed, modelled)]
        gc.disable()
        bare = [least(function, runs) for function in (composed, modelled)]
        gc.enable()
    first, second, third = (f"{seconds * 1000:9.1f}" for seconds in times)
    ratios = f"{times[2] / times[0]:8.1f} {bare[1] / bare[0]:14.1f}"
    print(f"{services:8} {first} {second} {third} {ratios} {times[2] * 1000 / services:14.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("services", nargs="*", type=int, default=[10, 100, 300, 1000])
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    print("services compose ms  parse ms  model ms    ratio  collector off  ms per service")
    for services in chosen.services:
        measure(services, chosen.runs)


if __name__ == "__main__":
    main()
