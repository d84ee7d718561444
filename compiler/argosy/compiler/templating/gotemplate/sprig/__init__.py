"""Sprig's functions (github.com/Masterminds/sprig/v3 3.3), by topic; without env, expandenv, getHostByName,
which Argo CD takes away. Each module has a table `FUNCTIONS`; `function_index` says which holds which."""
