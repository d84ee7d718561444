"""Real clusters for the tests of this folder: those that `run` started, else two of their own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import servers


@pytest.fixture(scope="session")
def real_clusters() -> Iterator[tuple[servers.RealCluster, ...]]:
    """Two whole clusters. Without their binaries the test is skipped; with `CI=true` that is a failure."""
    files = os.environ.get(servers.KUBECONFIGS)
    if files:
        logs = os.environ[servers.AUDIT_LOGS].split(os.pathsep)
        pairs = zip(files.split(os.pathsep), logs, strict=True)
        yield tuple(servers.RealCluster.of(Path(file), Path(log)) for file, log in pairs)
        return
    missing = servers.missing_binaries(servers.assets_folder())
    if missing:
        told = f"no {', '.join(missing)} in {servers.assets_folder()}: run tests/e2e/build"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    with servers.RealClusters(["management", "production"]) as real:
        yield real.clusters
