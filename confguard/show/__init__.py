"""What ``confguard show`` and ``confguard route`` print: models as text for people, and as JSON for programs."""
