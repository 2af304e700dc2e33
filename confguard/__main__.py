"""``python -m confguard``: the same as the ``confguard`` command."""

from confguard.cli import program

if __name__ == "__main__":
    program()
