"""An embedded Kubernetes API for the demo, tests and rehearsals. Knows nothing of GitOps."""
