"""`python -m argosy`."""

from argosy.cli.main import main

main()
