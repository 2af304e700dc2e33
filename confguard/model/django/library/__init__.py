"""What the libraries that settings stand on do, from their documentation; a module for each."""
