"""What all tests share: the flag that rewrites golden files, the comparison with them, and local services."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Tests of several folders share what is in it.
sys.path.insert(0, str(Path(__file__).parent / "services"))

FIXTURES = Path(__file__).parent / "fixtures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="write what was found over the expected side of golden folders",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares text with a golden file, or rewrites the file where the flag says so."""

    def compare(path: Path, found: str) -> None:
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found)
        assert path.exists(), f"{path} is missing; run pytest with --rewrite-golden and look at what it wrote"
        assert found == path.read_text()

    return compare
