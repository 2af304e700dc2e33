"""The env file that production reads, with its secrets, is not in git."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.delivery.secrets import Exposed, committed_secrets
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack of production whose env files with secrets are in git."""
    templates = repo.env_templates
    for deployment in repo.production:
        found: list[tuple[UsedEnvFile, tuple[Exposed, ...]]] = []
        for file in used_env_files(deployment):
            if not (file.is_stand_in or file.is_private or file.read in templates):
                secrets = tuple(committed_secrets(repo.project, file.read))
                found += [(file, secrets)] if secrets else []
        if found:
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[tuple[UsedEnvFile, tuple[Exposed, ...]]]) -> Finding:
    secrets = [one for _, exposed in found for one in exposed]
    files = [file.read for file, _ in found]
    names = list(dict.fromkeys(one.key for one in secrets))
    shown = [*names[:3], *([f"{len(names) - 3} more"] if len(names) > 3 else [])]
    return Finding(
        f"git tracks {joined(files)}, which production reads, with the values of {joined(shown)}",
        Label(secrets[0].span, f"{secrets[0].length} characters that everybody with the repository has"),
        (
            *(Label(one.span, "and this") for one in secrets[1:6]),
            *(Label(file.spans[0].first_line(), f"reads {file.read}") for file, _ in found if file.spans),
        ),
        help=f"`git rm --cached {' '.join(files)}`, ignore {'it' if len(files) == 1 else 'them'}, "
        "commit a template with placeholders instead, and replace the secrets: they stay in git's history",
        stacks=(deployment.name,),
        address=tuple(files),
    )
