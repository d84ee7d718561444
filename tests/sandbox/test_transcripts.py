"""The sandbox gives the answers that a real API server gave to the same requests.

`tests/fixtures/transcripts` is recorded by `tests/e2e/record_transcripts.py`. Answers that differ knowingly
stand in `known_differences.json` with the reason; a difference that has gone must be taken out there.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "e2e"))

from transcripts import TRANSCRIPTS, Versions, differences, normalize

from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport

KNOWN = json.loads((TRANSCRIPTS.parent / "known_differences.json").read_text())
SCENARIOS = sorted(path.stem for path in TRANSCRIPTS.glob("*.json"))


@dataclass(frozen=True)
class Difference:
    """A step whose answer is not the recorded one."""

    step: str
    found: tuple[str, ...]


async def replay(scenario: str) -> list[Difference]:
    namespace = f"transcript-{scenario}"
    transport = InProcessTransport(Cluster(settings=Settings(workloads=None)), user_agent="recorder/1.0")
    body: Any = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    await transport.request("POST", "/api/v1/namespaces", {}, json.dumps(body).encode())
    versions = Versions()
    different = []
    for step in json.loads((TRANSCRIPTS / f"{scenario}.json").read_text()):
        # Owners are told apart by whole seconds.
        await asyncio.sleep(step["pause"] or 1)
        text = json.dumps(step["body"]).replace("NAMESPACE", namespace)
        headers = {"content-type": step["contentType"], "accept": "application/json"}
        target = step["target"].replace("NAMESPACE", namespace)
        payload = None if step["body"] is None else text.encode()
        status, _, answer = await transport.request(step["method"], target, headers, payload)
        value = json.loads(answer) if answer.startswith(b"{") else answer.decode()
        found = list(_compare(step, status, versions.is_new(value), normalize(value, namespace)))
        if found:
            different.append(Difference(step["step"], tuple(found)))
    await transport.close()
    return different


def _compare(step: dict[str, Any], status: int, is_new: bool | None, answer: Any) -> Iterator[str]:
    if step["status"] != status:
        yield f"status: {step['status']} became {status}"
    if step["isNew"] != is_new:
        yield f"is written anew: {step['isNew']} became {is_new}"
    yield from differences(step["answer"], answer)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_sandbox_answers_as_the_recorded_server(scenario: str) -> None:
    known = KNOWN.get(scenario, {})
    different = run_virtual(replay(scenario))
    unexpected = [found for found in different if found.step not in known]
    assert not unexpected, "\n".join(f"{it.step}\n    " + "\n    ".join(it.found[:6]) for it in unexpected)
    gone = known.keys() - {found.step for found in different}
    assert not gone, f"these answers agree by now, take them out of known_differences.json: {sorted(gone)}"


def test_few_answers_differ_and_each_has_a_reason() -> None:
    steps = sum(len(json.loads((TRANSCRIPTS / f"{name}.json").read_text())) for name in SCENARIOS)
    reasons = [reason for scenario in KNOWN.values() for reason in scenario.values()]
    assert all(isinstance(reason, str) and len(reason) > 10 for reason in reasons)
    assert len(reasons) <= steps * 0.05
