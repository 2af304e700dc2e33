"""A stack with a database, as it should be and with one finding: for tests of everything around the rules."""

PORTS = '    ports: ["5432:5432"]\n'

PUBLISHED = f"""\
services:
  db:
    image: postgres:17.6
    environment:
      POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:?}}
{PORTS}    volumes:
      - database:/var/lib/postgresql/data
volumes:
  database:
"""
"""Its database is open to the world: ``published-datastore-port``."""

CLEAN = PUBLISHED.replace(PORTS, "")


def published_with(services: str) -> str:
    """Return the stack with the finding and more services."""
    return PUBLISHED.replace("\nvolumes:", f"\n{services}volumes:")
