"""``python -m confguard.dev``: helps who works on confguard in a checkout.

``new-rule FAMILY NAME`` writes a card and a check that pass the tests as they are, to be made into the rule.
``index`` writes the table of rules in rules/README.md, ``schema`` the JSON Schema of the configuration.
"""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from confguard.cards import FAMILIES, NAME, Card, CardError, read_cards
from confguard.config.schema import schema_text

INDEX_BEGIN = "<!-- rules: written by `python -m confguard.dev index` -->"
INDEX_END = "<!-- /rules -->"
SCHEMA = "confguard/config/confguard.schema.json"

_ADVICE = re.compile(r"(no|not|check|checks|ensure|avoid|require|use|forbid|disallow)-")
"""Beginnings that make a name an advice; it names what is wrong, so that it completes "allow ..."."""

_CARD = """\
---
severity: warning
confidence: high
reads: [compose]
since: "{version}"
---
# A service is named example

## Why it matters
What happens in production because of it, to whom, and how it shows.

## How to fix
What to change, in which file, so that the finding goes away and the deployment is right.

## Bad
### A service has the name of the documentation it was copied from
```yaml file=compose.yaml
services:
  example:  # warning: {name}
    image: nginx:1.28.0
```
```text output
compose.yaml:2:3: warning[{name}] service `example` has the name of an example
```

## Good
### A service is named after what it does
```yaml file=compose.yaml
services:
  proxy:
    image: nginx:1.28.0
```
"""

_CHECK = '''\
"""A service is named after what it does, not after the example that it was copied from."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield a finding for each service of production with the name of an example."""
    for deployment in repo.production:
        service = deployment.services.get("example")
        if service is not None and service.span is not None:
            yield Finding(
                "service `example` has the name of an example",
                Label(service.span, "named here"),
                help="name it after what it does",
                stacks=(deployment.name,),
                address=("example",),
            )
'''


class DevError(ValueError):
    """Something that cannot be done; the text says what and why."""


def find_checkout(package: Path) -> Path:
    """Return the checkout that the package's folder lies in; raises DevError for an installed package."""
    root = package.parent
    project = root / "pyproject.toml"
    named = project.is_file() and 'name = "confguard"' in project.read_text(encoding="utf-8")
    if not named or not (root / "rules").is_dir():
        raise DevError(
            "this works in a checkout of confguard only: pip install -e . there, or run it from there"
        )
    return root


def new_rule(root: Path, family: str, name: str, version: str) -> tuple[Path, Path]:
    """Write the card and the check of a new rule and return their paths; raises DevError.

    ``version`` is the one that will be the first to have the rule: major and minor.
    """
    if family not in FAMILIES:
        raise DevError(f"there is no family {family!r}: it is one of {', '.join(FAMILIES)}")
    module = name.replace("-", "_")
    if not NAME.match(name) or not name[0].isalpha() or keyword.iskeyword(module):
        raise DevError(
            f"{name!r} is no name for a rule: lower-case words joined by hyphens, as published-port"
        )
    if _ADVICE.match(name):
        raise DevError(f"{name!r} is an advice: a name says what is wrong, so that it completes 'allow ...'")
    card = root / "rules" / family / f"{name}.md"
    check = root / "confguard" / "checks" / family / f"{module}.py"
    taken = [*(root / "rules").glob(f"*/{name}.md"), *(root / "confguard" / "checks").glob(f"*/{module}.py")]
    if taken:
        raise DevError(f"the name is taken by {taken[0].relative_to(root).as_posix()}")
    for path, text in ((card, _CARD), (check, _CHECK)):
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text.replace("{name}", name).replace("{version}", version)
        path.write_text(filled, encoding="utf-8", newline="\n")
    return card, check


def index_text(cards: Iterable[Card]) -> str:
    """Return the table of rules as Markdown, from one marker to the other."""
    lines = [INDEX_BEGIN, "", "| rule | severity | fix | what it finds |", "|---|---|---|---|"]
    for card in sorted(cards, key=lambda card: (FAMILIES.index(card.family), card.name)):
        link = f"[{card.name}]({card.family}/{card.name}.md)"
        off = "" if card.default else " (off by default)"
        title = card.title.replace("|", "\\|")
        fix = "" if card.fix == "none" else card.fix
        lines.append(f"| {card.family} / {link} | {card.severity.label} | {fix} | {title}{off} |")
    return "\n".join([*lines, "", INDEX_END])


def with_index(text: str, cards: Iterable[Card]) -> str:
    """Return the text of rules/README.md with the table of these cards in it; raises DevError."""
    begin, end = text.find(INDEX_BEGIN), text.find(INDEX_END)
    if begin == -1 or end < begin:
        raise DevError(f"rules/README.md does not hold the markers {INDEX_BEGIN} and {INDEX_END}")
    return text[:begin] + index_text(cards) + text[end + len(INDEX_END) :]


def write_index(root: Path) -> bool:
    """Bring the table in rules/README.md up to date and say whether it changed; raises DevError."""
    readme = root / "rules" / "README.md"
    before = readme.read_text(encoding="utf-8")
    after = with_index(before, read_cards(root / "rules"))
    if after != before:
        readme.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def write_schema(root: Path) -> bool:
    """Bring the JSON Schema of the configuration up to date and say whether it changed."""
    path = root / SCHEMA
    text = schema_text({card.name: card for card in read_cards(root / "rules")})
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 2 with a reason on stderr."""
    from confguard import __version__

    parser = argparse.ArgumentParser(
        prog="python -m confguard.dev", description="Helps who works on confguard."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("new-rule", help="write a card and a check that pass the tests")
    add.add_argument("family", help=", ".join(FAMILIES))
    add.add_argument("name", help="what is wrong, as lower-case words joined by hyphens")
    commands.add_parser("index", help="write the table of rules in rules/README.md")
    commands.add_parser("schema", help="write the JSON Schema of the configuration")
    options = parser.parse_args(arguments)
    try:
        root = find_checkout(Path(__file__).resolve().parent)
        if options.command == "index":
            changed = write_index(root)
            sys.stdout.write(f"rules/README.md {'written' if changed else 'is up to date'}\n")
        if options.command in ("index", "schema"):
            changed = write_schema(root)
            sys.stdout.write(f"{SCHEMA} {'written' if changed else 'is up to date'}\n")
            return 0
        version = ".".join(__version__.split(".")[:2])
        paths = new_rule(root, options.family, options.name, version)
        write_index(root)
        write_schema(root)
    except (DevError, CardError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    for path in paths:
        sys.stdout.write(f"wrote {path.relative_to(root).as_posix()}\n")
    sys.stdout.write(f"next: change both into the rule, and run pytest -k {options.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
