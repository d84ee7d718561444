"""Parameters for templates: one module a generator, on a World handed in. Pure, no effects."""
