"""What a secret's text says about itself."""

import pytest

from confguard.model.secret_shape import Shape, shape_of


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", Shape.EMPTY),
        ("  ", Shape.EMPTY),
        ("CHANGE_ME", Shape.PLACEHOLDER),
        ("changeme", Shape.PLACEHOLDER),
        ("change-me-in-production", Shape.PLACEHOLDER),
        ("your-secret-key-here", Shape.PLACEHOLDER),
        ("<generate one>", Shape.PLACEHOLDER),
        ("xxxxxxxx", Shape.PLACEHOLDER),
        ("domain_name_goes_here", Shape.PLACEHOLDER),
        ("secret", Shape.PLACEHOLDER),
        ("!!!SET DJANGO_SECRET_KEY!!!", Shape.PLACEHOLDER),
        ("django-insecure-not-a-key", Shape.DEVELOPMENT),
        ("dev-secret-key", Shape.DEVELOPMENT),
        ("insecure", Shape.DEVELOPMENT),
        ("0123456789abcdef0123456789abcdef", Shape.PLAIN),
        ("correct horse battery staple", Shape.PLAIN),
    ],
)
def test_a_text_is_an_empty_one_a_placeholder_a_development_default_or_perhaps_real(text, shape):
    assert shape_of(text) is shape
