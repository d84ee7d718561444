"""Services that generators ask over HTTP: providers of repositories and pull requests, and generator plugins.

Every answer is whole or `Unknown`. Knows no generator: queries come in as data.
"""
