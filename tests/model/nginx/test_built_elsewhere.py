"""An image that production pulls is known where another stack of the repository builds it."""

from __future__ import annotations

from pathlib import Path

from confguard import run

PRODUCTION = "services:\n  proxy:\n    image: acme/proxy:{tag}\n    ports: ['80:80']\n"
BUILT = "services:\n  proxy:\n    image: acme/proxy:test\n    build: {context: ./proxy}\n"


def proxies(root: Path, tag: str, built: str) -> list[tuple[str, ...]]:
    (root / "proxy").mkdir()
    (root / "proxy" / "Dockerfile").write_text(
        "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/default.conf\n"
    )
    (root / "proxy" / "site.conf").write_text("server { listen 80; return 204; }\n")
    (root / "compose.prod.yaml").write_text(PRODUCTION.format(tag=tag))
    (root / "compose.dev.yaml").write_text(built)
    repo = run.repo(root, run.settings_for(root))
    return [model.files for one in repo.production for model in one.proxies]


def test_another_files_build_shows_what_is_in_the_image(tmp_path: Path) -> None:
    assert proxies(tmp_path, "1.0", BUILT) == [("proxy/site.conf",)]


def test_an_image_of_another_name_stays_unknown(tmp_path: Path) -> None:
    assert proxies(tmp_path, "1.0", BUILT.replace("acme/proxy", "acme/other")) == []
