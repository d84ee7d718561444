"""Registered clusters and the one API client. The only package that talks to clusters."""
