"""Frozen views of the three kinds: what the specification says, as Python values. Pure data, no effects."""
