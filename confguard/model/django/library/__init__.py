"""What the libraries that settings stand on do, from their documentation; one module per library or family."""
