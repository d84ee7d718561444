"""Records what a real Kubernetes API server answers to the scenarios beside this script.

    python tests/e2e/record_transcripts.py --server https://127.0.0.1:6443 --token-file token [scenario …]

Each scenario runs in a namespace of its own, which is deleted afterwards, and becomes one file in
`tests/fixtures/transcripts`. The server should have no controllers running, so that nobody else writes.
"""

import argparse
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from transcript_scenarios import NAMESPACE, SCENARIOS, Step
from transcripts import TRANSCRIPTS, Versions, normalize


class Server:
    """A plain HTTP client; answers of any status are answers."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        # A server for recording lives on this machine with a certificate that it made itself.
        self._context = ssl._create_unverified_context()

    def send(self, method: str, target: str, content_type: str, body: Any) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + target, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Accept", "application/json")
        request.add_header("User-Agent", "recorder/1.0")
        if content_type:
            request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, context=self._context, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 429:
                # The storage of a new custom resource is being made: clients come again, and so do we.
                time.sleep(1)
                return self.send(method, target, content_type, body)
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else text.decode()


def record(server: Server, name: str, steps: list[Step]) -> None:
    namespace = f"transcript-{name}-{int(time.time()) % 100000}"
    server.send(
        "POST",
        "/api/v1/namespaces",
        "application/json",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
    )
    recorded = []
    versions = Versions()
    for step in steps:
        if step.pause:
            time.sleep(step.pause)
        body = json.loads(json.dumps(step.body).replace(NAMESPACE, namespace))
        target = step.target.replace(NAMESPACE, namespace)
        status, answer = server.send(step.method, target, step.content_type, body)
        recorded.append(
            {
                "step": step.name,
                "method": step.method,
                "target": step.target,
                "contentType": step.content_type,
                "body": step.body,
                "pause": step.pause,
                "status": status,
                "isNew": versions.is_new(answer),
                "answer": normalize(answer, namespace),
            }
        )
    path = TRANSCRIPTS / f"{name}.json"
    text = json.dumps(recorded, indent=1, sort_keys=False, ensure_ascii=False)
    path.write_text(text + "\n")
    print(f"{name}: {len(recorded)} steps")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("scenarios", nargs="*", help="only these; else all")
    options = parser.parse_args()
    server = Server(options.server, options.token_file.read_text().strip())
    TRANSCRIPTS.mkdir(parents=True, exist_ok=True)
    for name, steps in SCENARIOS.items():
        if not options.scenarios or name in options.scenarios:
            record(server, name, steps)


if __name__ == "__main__":
    main()
