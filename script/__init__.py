"""Scripts of the project, as a package so that the tests can import them."""
