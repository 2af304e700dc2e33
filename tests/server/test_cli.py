"""``confguard server`` without its extra."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from confguard.cli import main


@pytest.mark.parametrize("missing", ["pygls", "lsprotocol"])
def test_without_the_extra_it_says_what_to_install(monkeypatch, missing):
    loaded = ("confguard.server", f"{missing}.")
    for name in [name for name in sys.modules if name.startswith(loaded)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    done = CliRunner().invoke(main, ["server"])
    assert done.exit_code == 2
    assert done.output == (
        "error: the language server needs pygls: install it with `pip install 'confguard[lsp]'`\n"
    )
