"""Documents of other versions are known by their paths."""

from __future__ import annotations

import pytest

from confguard.discover.history import tells_of_another_version


@pytest.mark.parametrize(
    "path",
    [
        "docs/releases/2.23.md",
        "docs/content/os_upgrading/2.23.md",
        "docs/whatever/v1.4.0.md",
        "docs/3.0.0-alpha.00.mdx",
        "docs/release_notes.md",
        "RELEASE-NOTES.rst",
        "CHANGELOG.md",
        "CHANGES",
        "docs/news/index.md",
        "docs/blog/hello.md",
        "website/posts/2021-03-04-hello.md",
        "docs/upgrading.md",
        "docs/upgrading-to-docker.md",
        "docs/migrating_from_open_source.md",
        "docs/migration-v3.md",
        "versioned_docs/version-1.x/install.md",
        ".archive/PRODUCTION.md",
        "docs/archived_docs/install.md",
        "old/compose.yaml",
    ],
)
def test_notes_of_releases_archives_and_guides_between_versions_tell_of_another(path: str) -> None:
    assert tells_of_another_version(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/upgrade.md",
        "docs/update.md",
        "docs/migrations.md",
        "docs/install-ubuntu-22.04.md",
        "docs/deploy.md",
        "docs/api-v2.md",
        "scripts/release.sh",
        "releases/compose.yaml",
        "deploy/2.0/compose.yaml",
        "golden/README.md",
    ],
)
def test_what_is_about_the_files_beside_it_does_not(path: str) -> None:
    assert not tells_of_another_version(path)
