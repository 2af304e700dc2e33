"""Looks at the models that earn a row its pass: ``look(subject, **options)`` in a file of its name."""
