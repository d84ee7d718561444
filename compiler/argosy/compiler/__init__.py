"""From specs to Applications: templates, expansion, app-of-apps, checks, the rollout graph. No effects."""
