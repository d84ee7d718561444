"""The worlds in which the reconciler is tested: real Git, and clusters that are sandboxes (in this process
under a virtual clock, or served over HTTPS by another process) or real servers.

A test is a plain function that takes `world` and gives it a coroutine: `world.run(story)`. The story gets a
`Stage`: a repository, clients of two clusters, and controllers as often as it wants. No test writes a
status. When a story ends well, every invariant is looked at: one more controller changes nothing, and
nothing was deleted that it does not say.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from objects_of_stories import Make
from servers_of_stories import ServedSandbox, serve_sandbox
from stage_of_stories import CLUSTERS
from worlds_of_stories import EVERY_STORY, REAL_SERVERS, World


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Real time is dear: without `EVERY_STORY`, over HTTP only the core is played."""
    if EVERY_STORY in os.environ:
        return
    left = [item for item in items if _is_over_http(item) and item.get_closest_marker("core") is None]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _is_over_http(item: pytest.Item) -> bool:
    return "over HTTP" in getattr(getattr(item, "callspec", None), "params", {}).values()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], ServedSandbox]]:
    """The served clusters that all stories share, started by the first that needs them."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(serve_sandbox(tmp_path_factory.mktemp("served"), CLUSTERS)))


@pytest.fixture(params=["real servers"] if REAL_SERVERS in os.environ else ["in process", "over HTTP"])
def world(
    request: pytest.FixtureRequest, tmp_path: Path, served: Callable[[], ServedSandbox]
) -> Iterator[World]:
    yield World(request.param, tmp_path, served)


@pytest.fixture(params=["real servers"] if REAL_SERVERS in os.environ else ["over HTTP"])
def served_world(
    request: pytest.FixtureRequest, tmp_path: Path, served: Callable[[], ServedSandbox]
) -> Iterator[World]:
    """For stories of processes, which no cluster inside this one is reached by."""
    yield World(request.param, tmp_path, served)


@pytest.fixture
def make() -> type[Make]:
    return Make
