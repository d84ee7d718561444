"""The three kinds, field by field, as literal Python: the one place that the JSON Schemas are made from.

Field names and types are those of Argo CD 3.6 (`argoproj.io/v1alpha1`); descriptions are ours. The package
is only run to write `json_schemas/`: `python -m argosy.schemas.definitions`.
"""
