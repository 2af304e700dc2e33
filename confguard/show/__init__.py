"""What ``confguard show`` and ``confguard route`` print: models as text for people, as JSON for programs."""
