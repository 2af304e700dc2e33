"""The JSON Schema of a configuration (draft 7), for editors and for SchemaStore."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from confguard.cards import Card
from confguard.config.keys import selectors, table

URL = "https://raw.githubusercontent.com/confguard/confguard/main/confguard/config/confguard.schema.json"


def schema(cards: Mapping[str, Card]) -> dict[str, Any]:
    """Return the schema of ``confguard.toml``, and of ``[tool.confguard]``, with these rules and options."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": URL,
        "title": "confguard",
        "description": "The configuration of confguard: confguard.toml or [tool.confguard] of pyproject.toml",
        "definitions": {
            "selector": {"description": "A rule, a family of rules, or all.", **selectors(cards).schema()}
        },
        **table(cards).schema(),
    }


def schema_text(cards: Mapping[str, Card]) -> str:
    """Return the text of the schema's file."""
    return json.dumps(schema(cards), indent=2, ensure_ascii=False) + "\n"
