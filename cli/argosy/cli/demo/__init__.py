"""The demo: a real Git repository, embedded clusters, the controller, and steps that must be seen."""
