"""Git, and rendering a source into manifests. The only package that runs git, helm and kustomize."""
