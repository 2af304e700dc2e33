"""Time the model of one large nginx configuration, next to crossplane's own parse of the same files.

    python benchmarks/nginx.py [--locations 500] [--includes 50] [--repeat 5]

Prints the best times of several runs. The targets: building the model costs at most three times what
crossplane takes to parse, and one lookup of a route is under a millisecond.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import crossplane

from confguard.discover.project import open_project
from confguard.model.nginx import Request, route, stock
from confguard.model.nginx.container import model_of_tree
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import NginxModel

LOCATION = """\
location {modifier}/part{part}/place{place}/ {{
    proxy_pass http://backend{part}:8000/base/;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_read_timeout 60s;
    client_max_body_size {place}m;
    add_header X-Place "{part}-{place}" always;
}}
"""
REGEX = 'location ~ "^/part{part}/[0-9]{{2}}/{place}\\.txt$" {{ return 204; }}\n'


def write(folder: Path, locations: int, includes: int) -> None:
    """Write nginx.conf and the files that its server includes."""
    (folder / "conf" / "parts").mkdir(parents=True)
    for part in range(includes):
        texts = [
            (REGEX if place % 10 == 9 else LOCATION).format(part=part, place=place + 1, modifier="")
            for place in range(locations // includes)
        ]
        (folder / "conf" / "parts" / f"part{part:03}.conf").write_text("".join(texts))
    lines = "\n".join(f"        include parts/part{part:03}.conf;" for part in range(includes))
    text = f"events {{}}\nhttp {{\n    server {{\n        listen 80;\n{lines}\n    }}\n}}\n"
    (folder / "conf" / "nginx.conf").write_text(text)


def build(folder: Path) -> NginxModel:
    """Build the model as for a container; nothing is kept from run to run."""
    tree = FileTree(open_project(folder), stock.official())
    tree.put_project_path("conf", "/etc/nginx")
    return model_of_tree(tree, "/etc/nginx/nginx.conf")


def best(function: Callable[[], object], repeat: int) -> float:
    """Return the shortest time of several calls, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--locations", type=int, default=500)
    parser.add_argument("--includes", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write(folder, given.locations, given.includes)
        model = build(folder)
        count = sum(1 for server in model.servers for _ in server.walk())
        path = str(folder / "conf" / "nginx.conf")
        parsed = best(lambda: crossplane.parse(path), given.repeat)
        built = best(lambda: build(folder), given.repeat)
    last = Request(f"/part{given.includes - 1}/place3/x?y=1")
    none = Request("/nothing/here.txt")
    found = route(model, last)
    print(f"{count} locations in {given.includes} included files, {len(model.problems)} problems")
    print(f"crossplane's parse   {parsed * 1000:8.1f} ms")
    print(f"the model            {built * 1000:8.1f} ms   {built / parsed:.2f} times (target: at most 3)")
    for text, request in (("a location", last), ("no location", none)):
        took = best(lambda request=request: route(model, request), 50)  # type: ignore[misc]
        print(f"route to {text:<11} {took * 1000:8.3f} ms   (target: under 1)")
    assert found.location is not None and found.targets


if __name__ == "__main__":
    main()
