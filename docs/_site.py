"""Hooks of MkDocs: pages made of what the repository holds anyway, so that nothing is written twice.

The README is the home page, ``CONTRIBUTING.md`` and ``ARCHITECTURE.md`` are guides, each rule card is a page.
Links among them are kept; links to other files of the repository lead to where the repository is published.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the cards of this checkout, not those of an installed confguard

from confguard.cards import FAMILIES, Card, read_cards  # noqa: E402

COPIED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "ARCHITECTURE.md": "ARCHITECTURE.md",
    "rules/README.md": "rules/README.md",
    "rules/plans/README.md": "rules/plans/README.md",
}
"""Files of the repository that are pages, and where."""

_LINK = re.compile(r"(?<=\]\()(?P<target>[^)#\s]*)(?P<anchor>#[^)\s]*)?(?=\))")
_FENCE = re.compile(
    r"^(?P<ticks>`{3,})(?P<language>\w+)(?: file=(?P<file>\S+)| (?P<role>output))[^\n]*$", re.MULTILINE
)
_LEXERS = {"env": "ini", "dotenv": "ini", "caddy": "text"}
_COMMAND = re.compile(r"^<!-- .*? -->\n", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the made pages: their paths in the site's source, and their Markdown."""
    made = {}
    for source, page in COPIED.items():
        made[page] = linked(_COMMAND.sub("", (ROOT / source).read_text(encoding="utf-8")), source, page)
    for card in read_cards(ROOT / "rules"):
        made[card.path] = linked(rule_page(card), card.path, card.path)
    return made


def linked(
    text: str, source: str, page: str, published: str = "https://github.com/confguard/confguard/blob/main/"
) -> str:
    """Turn the links of a file of the repository into links of its page.

    A link to a file that is a page leads there; one to any other file, to where the repository is published.
    """

    def turned(match: re.Match[str]) -> str:
        target, anchor = match["target"], match["anchor"] or ""
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path.startswith("docs/"):
            found: str | None = path.removeprefix("docs/")
        else:
            found = COPIED.get(path) or (path if re.fullmatch(r"rules/\w+/[\w-]+\.md", path) else None)
        if path == "rules":
            found = "rules/README.md"
        if found is None:
            return f"{published}{path}{anchor}"
        return posixpath.relpath(found, posixpath.dirname(page) or ".") + anchor

    return _LINK.sub(turned, text)


def rule_page(card: Card) -> str:
    """Return a card as a page: its front matter as a line, file names as titles of the fences."""
    title, _, rest = card.body.partition("\n")
    facts = [
        f"`{card.name}`",
        f"**{card.severity.name.lower()}**",
        f"family {card.family}",
        f"since {card.since}",
    ]
    facts.append(
        {"none": "no automatic fix", "safe": "`--fix` mends it"}.get(
            card.fix, "`--fix --unsafe-fixes` mends it"
        )
    )
    if not card.default:
        facts.append("off unless selected")
    return f"{title}\n\n{' · '.join(facts)}\n{_options(card)}{_FENCE.sub(_titled, rest)}"


def _titled(match: re.Match[str]) -> str:
    language = _LEXERS.get(match["language"], match["language"])
    return f'{match["ticks"]}{language} title="{match["file"] or match["role"]}"'


def _options(card: Card) -> str:
    if not card.options:
        return ""
    rows = "".join(
        f"| `{option.name}` | {option.type} | `{option.default!r}` | {option.description} |\n"
        for option in card.options.values()
    )
    return f"\n| option | type | default | |\n|---|---|---|---|\n{rows}"


def on_config(config: Any) -> Any:
    """List the rules by family below *Rules*."""
    cards = list(read_cards(ROOT / "rules"))
    families: list[Any] = ["rules/README.md"]
    for family in FAMILIES:
        members = sorted((card.name, card.path) for card in cards if card.family == family)
        families.append({family: [{name: path} for name, path in members]})
    config["nav"] = [{"Rules": families} if "Rules" in entry else entry for entry in config["nav"]]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the made pages."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn the links of a guide, which hold in a checkout too."""
    path = page.file.src_path
    return markdown if page.file.generated_by else linked(markdown, f"docs/{path}", path)
