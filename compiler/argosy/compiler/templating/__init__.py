"""Templates: three dialects, each compiled once for a whole manifest."""
