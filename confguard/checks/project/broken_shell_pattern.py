"""Recipes of Makefiles are commands that their shell can parse."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.recipe_syntax import broken_recipes
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each recipe line that ends with a syntax error."""
    for one in broken_recipes(repo):
        yield Finding(
            f"`make {one.target}` ends with a syntax error: no shell but zsh reads `{one.span.text}`",
            Label(one.span.first_line(), "an unquoted parenthesis in a word"),
            notes=("make runs recipes with /bin/sh, and bash refuses it too",),
            help="name both patterns (`*.sql *.gz`), or quote the word",
            address=(one.span.path, one.target),
        )
