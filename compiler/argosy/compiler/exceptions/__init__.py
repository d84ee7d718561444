"""Which findings a repository has decided to live with: `argosy.yaml` and comments. Pure."""
