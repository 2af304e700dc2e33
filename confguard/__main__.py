"""``python -m confguard``: the same as the ``confguard`` command."""

from confguard.cli import main

if __name__ == "__main__":
    main(prog_name="confguard")
