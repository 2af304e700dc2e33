"""``confguard completion``: what a shell needs to complete commands, options and names of rules."""

from __future__ import annotations

import click

from confguard.cli.output import emit


def rule_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the rules and families that a word may become; of several with commas the last is completed."""
    from confguard.cards import FAMILIES, load_cards

    before, comma, begun = incomplete.rpartition(",")
    families = FAMILIES if parameter.param_type_name == "option" else ()
    return [f"{before}{comma}{name}" for name in (*families, *load_cards()) if name.startswith(begun)]


SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog='Put it where your shell reads it: eval "$(confguard completion bash)" in ~/.bashrc, '
    'eval "$(confguard completion zsh)" in ~/.zshrc, or '
    "confguard completion fish > ~/.config/fish/completions/confguard.fish"
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell."""
    from click.shell_completion import ShellComplete, get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(context.find_root().command, {}, "confguard", "_CONFGUARD_COMPLETE")
    # Not the class' own method: bash's starts a bash to ask for its version.
    emit(ShellComplete.source(made), None)
