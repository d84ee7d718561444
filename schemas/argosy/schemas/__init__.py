"""The language: YAML with positions, JSON Schemas, model types and findings. Pure data, no effects."""
