"""The language: reading YAML with positions, JSON Schemas, model types and findings. Pure data, no effects."""
