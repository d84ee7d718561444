import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

# Tests of this folder share `object_engine`, `cluster_calls`, `kubectl_runner` and the transcripts' tools.
for folder in (Path(__file__).parent, Path(__file__).parents[1] / "e2e"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from kubectl_runner import Kubectl  # noqa: E402 - found by the path above
from served_sandbox import served  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def served_kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    """One sandbox for all tests of a module."""
    folder = tmp_path_factory.mktemp("sandbox")
    log = folder / "requests.log"
    with served(folder, "--clusters", "dev", "--ready-after", "300ms", "--log", str(log)) as (config, _):
        yield Kubectl(config, folder, log=log)


@pytest.fixture
def kubectl(served_kubectl: Kubectl) -> Kubectl:
    """kubectl in a new namespace."""
    namespace = f"test-{next(_numbers)}"
    served_kubectl("create", "namespace", namespace)
    return replace(served_kubectl, namespace=namespace)
