"""Helpers for tests: small repositories made of texts, and one rule run on them."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test depends on how busy the machine is.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Thousands of collected tests stay to the end: looking for garbage among them takes a tenth of the time.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: at the end one process would wait for another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish():
    gc.freeze()


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write texts below a folder and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    return root


@pytest.fixture
def repository(tmp_path):
    """Return a function that writes a small repository and returns its root."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        return write_files(tmp_path / "repository", files)

    return make


@pytest.fixture
def findings_of(repository):
    """Return a function that runs one rule, or all default ones, on a small repository."""

    def check(files: Mapping[str, str | bytes], *rules: str, **settings):
        from confguard import run
        from confguard.config import Settings

        return run.check(repository(files), Settings(select=rules, **settings)).report.findings

    return check
