"""Two states of the repository that one stands in, read and compared."""
