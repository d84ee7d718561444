"""Sends random writes to a real API server and to the sandbox, and shows where answers differ.

    python tests/e2e/compare_randomly.py --server https://127.0.0.1:6443 --token-file token --seed 7

Several managers apply, patch and delete a few objects again and again. What differs becomes a step of a
scenario or an entry in the list of known differences; after a difference the object is deleted on both sides,
so that each is counted once.
"""

import argparse
import asyncio
import copy
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from record_transcripts import Server
from transcript_scenarios import APPLY, JSON, MERGE, STRATEGIC, WIDGETS, Object, definitions
from transcripts import differences, normalize

from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.settings import Settings
from argosy.sandbox.transport import InProcessTransport


class Inventor:
    """Makes up objects; the same seed makes up the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def maybe(self, chance: float, make: Callable[[], Any]) -> Any:
        return make() if self.random.random() < chance else None

    def some(self, choices: str | list[Any], most: int) -> list[Any]:
        return self.random.sample(list(choices), self.random.randint(0, most))

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)


def _known(**values: Any) -> Object:
    return {name: value for name, value in values.items() if value is not None}


def _container(make: Inventor, name: str) -> Object:
    return _known(
        name=name,
        image=make.maybe(0.95, lambda: make.one("a:1", "a:2", "b")),
        env=make.maybe(
            0.5, lambda: [{"name": key, "value": make.one("1", "2", "")} for key in make.some("ABCDE", 4)]
        ),
        ports=make.maybe(
            0.4,
            lambda: [
                _known(containerPort=port, name=f"p{port}", protocol=make.maybe(0.3, lambda: "TCP"))
                for port in make.some([80, 81, 82], 2)
            ],
        ),
        resources=make.maybe(
            0.4,
            lambda: {
                "requests": {
                    "cpu": make.one("100m", "0.5", "1000m", 2),
                    "memory": make.one("1Gi", "1024Mi", "100M", "1e3"),
                }
            },
        ),
        command=make.maybe(0.3, lambda: make.some("xyz", 2)),
        volumeMounts=make.maybe(
            0.3, lambda: [{"name": "v" + key, "mountPath": "/" + key} for key in make.some("ab", 2)]
        ),
        livenessProbe=make.maybe(
            0.2, lambda: {"httpGet": {"port": make.one(80, "http")}, "periodSeconds": make.one(0, 3)}
        ),
        tty=make.maybe(0.2, lambda: make.one(True, False)),
    )


def _template(make: Inventor, whole: bool) -> Object:
    names = (["main"] if whole else []) + make.some(["s1", "s2", "s3"], 2)
    spec = _known(
        containers=[_container(make, name) for name in names],
        volumes=[{"name": "va", "emptyDir": {}}, {"name": "vb", "configMap": {"name": "q"}}],
        nodeSelector=make.maybe(0.3, lambda: {"z": make.one("1", "2")}),
        tolerations=make.maybe(0.2, lambda: [{"key": "k", "operator": "Exists"}]),
        terminationGracePeriodSeconds=make.maybe(0.2, lambda: make.one(0, 5)),
        hostNetwork=make.maybe(0.1, lambda: make.one(True, False)),
        imagePullSecrets=make.maybe(0.2, lambda: [{"name": name} for name in make.some("pq", 2)]),
    )
    labels = {"app": "x"} | make.one({}, {"t": "1"})
    return _known(metadata={"labels": labels} if whole else None, spec=spec)


def _metadata(make: Inventor, name: str) -> Object:
    return _known(
        name=name,
        labels=make.maybe(0.5, lambda: {key: make.one("1", "2") for key in make.some(["l1", "l2", "l3"], 3)}),
        annotations=make.maybe(0.5, lambda: {key: make.one("1", "2") for key in make.some(["a1", "a2"], 2)}),
    )


def deployment(make: Inventor, whole: bool) -> Object:
    strategy = make.maybe(
        0.2,
        lambda: make.one(
            {"type": "Recreate"},
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": make.one(1, "50%")}},
        ),
    )
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(make, "d"),
        "spec": _known(
            replicas=make.maybe(0.5, lambda: make.random.randint(0, 4)),
            selector={"matchLabels": {"app": "x"}} if whole else None,
            paused=make.maybe(0.2, lambda: make.one(True, False)),
            strategy=strategy,
            template=_template(make, whole),
        ),
    }


def stateful_set(make: Inventor, whole: bool) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _metadata(make, "s"),
        "spec": _known(
            replicas=make.maybe(0.5, lambda: make.random.randint(0, 4)),
            selector={"matchLabels": {"app": "x"}} if whole else None,
            updateStrategy=make.maybe(
                0.3, lambda: make.one({"type": "OnDelete"}, {"rollingUpdate": {"partition": 1}})
            ),
            template=_template(make, whole),
        ),
    }


def config_map(make: Inventor, _: bool) -> Object:
    data = {key: make.one("1", "2", "") for key in make.some("abcdef", 5)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _metadata(make, "c"), "data": data}


def secret(make: Inventor, _: bool) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(make, "sec"),
        **_known(
            data=make.maybe(0.6, lambda: {key: make.one("YQ==", "") for key in make.some("abc", 3)}),
            stringData=make.maybe(0.5, lambda: {key: make.one("x", "y") for key in make.some("bcd", 3)}),
        ),
    }


def service(make: Inventor, whole: bool) -> Object:
    numbers = (
        make.random.sample([80, 81, 82, 83], make.random.randint(1, 3)) if whole else make.some([90, 91], 2)
    )
    ports = [
        _known(port=port, name=f"n{port}", targetPort=make.maybe(0.5, lambda: make.one(8080, "http")))
        for port in numbers
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(make, "svc"),
        "spec": _known(
            selector=make.maybe(1 if whole else 0.3, lambda: {"a": make.one("1", "2")}),
            ports=ports,
            sessionAffinity=make.maybe(0.2, lambda: make.one("None", "ClientIP")),
            type=make.maybe(0.3, lambda: make.one("ClusterIP", "NodePort", "LoadBalancer")),
        ),
    }


def ingress(make: Inventor, whole: bool) -> Object:
    backend = {"service": {"name": make.one("a", "b"), "port": make.one({"number": 80}, {"name": "http"})}}
    rules = [
        {
            "host": f"{host}.example",
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
        }
        for host in (["main"] if whole else []) + make.some(["x", "y"], 2)
    ]
    spec = _known(rules=rules, ingressClassName=make.maybe(0.3, lambda: make.one("n", "t")))
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": _metadata(make, "i"),
        "spec": spec,
    }


def widget(make: Inventor, whole: bool) -> Object:
    free = lambda: {"q": {make.one("r", "s"): make.one(1, [1, 2], {"z": 1}, None)}}  # noqa: E731
    hosts = lambda: [  # noqa: E731
        _known(
            name=name,
            port=make.maybe(0.4, lambda: make.one(80, 90)),
            weight=make.maybe(0.5, lambda: make.one(1, 2)),
        )
        for name in make.some(["h1", "h2", "h3"], 3)
    ]
    return {
        "apiVersion": "sandbox.argosy.dev/v1",
        "kind": "Widget",
        "metadata": _metadata(make, "w"),
        "spec": _known(
            size=make.maybe(1 if whole else 0.3, lambda: make.random.randint(0, 3)),
            mode=make.maybe(0.3, lambda: make.one("fast", "slow")),
            tags=make.maybe(0.6, lambda: make.some("uvwxyz", 4)),
            hosts=make.maybe(0.6, hosts),
            plain=make.maybe(
                0.4, lambda: [{"x": make.one(1, 2, 3)} for _ in range(make.random.randint(0, 2))]
            ),
            selector=make.maybe(0.3, lambda: dict.fromkeys(make.some("ab", 1), "1")),
            labels=make.maybe(0.3, lambda: {key: make.one("1", "2") for key in make.some("ab", 2)}),
            free=make.maybe(0.3, free),
            nested=make.maybe(0.2, lambda: make.one({}, {"depth": 5})),
        ),
    }


KINDS: list[tuple[str, Callable[[Inventor, bool], Object], int]] = [
    ("/apis/apps/v1/namespaces/NS/deployments/d", deployment, 6),
    ("/apis/apps/v1/namespaces/NS/statefulsets/s", stateful_set, 2),
    ("/api/v1/namespaces/NS/configmaps/c", config_map, 2),
    ("/api/v1/namespaces/NS/secrets/sec", secret, 2),
    ("/api/v1/namespaces/NS/services/svc", service, 3),
    ("/apis/networking.k8s.io/v1/namespaces/NS/ingresses/i", ingress, 2),
    ("/apis/sandbox.argosy.dev/v1/namespaces/NS/widgets/w", widget, 4),
]


@dataclass(frozen=True)
class Operation:
    method: str
    target: str
    content_type: str = ""
    body: Any = None


def invent(make: Inventor) -> Operation:
    path, kind, _ = make.random.choices(KINDS, [weight for _, _, weight in KINDS])[0]
    chance = make.random.random()
    if chance < 0.75:
        manager = make.one("m1", "m1", "m2", "m3", "kubectl")
        force = make.one("", "&force=true")
        return Operation("PATCH", f"{path}?fieldManager={manager}{force}", APPLY, kind(make, manager == "m1"))
    body = kind(make, False)
    name = body["metadata"].pop("name")
    if chance < 0.78:
        full = kind(make, True)
        return Operation("POST", f"{path.removesuffix('/' + name)}?fieldManager=poster", JSON, full)
    del body["apiVersion"], body["kind"]
    if chance < 0.88:
        return Operation("PATCH", f"{path}?fieldManager=patcher", MERGE, body)
    if chance < 0.96 and "argosy.dev" not in path:
        return Operation("PATCH", f"{path}?fieldManager=smp", STRATEGIC, body)
    return Operation("DELETE", path)


async def compare(server: Server, seed: int, count: int, verbose: bool) -> None:
    make, namespace = Inventor(seed), f"random-{seed}-{int(time.time()) % 10000}"
    transport = InProcessTransport(Cluster(settings=Settings(workloads=None)), user_agent="recorder/1.0")

    async def mine(operation: Operation) -> tuple[int, Any]:
        payload = None if operation.body is None else json.dumps(operation.body).encode()
        headers = {"content-type": operation.content_type}
        target = operation.target.replace("NS", namespace)
        status, _, answer = await transport.request(operation.method, target, headers, payload)
        return status, json.loads(answer)

    def theirs(operation: Operation) -> tuple[int, Any]:
        return server.send(
            operation.method,
            operation.target.replace("NS", namespace),
            operation.content_type,
            operation.body,
        )

    for operation in (
        Operation(
            "POST",
            "/api/v1/namespaces",
            JSON,
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        ),
        Operation(
            "POST",
            definitions.path,
            JSON,
            definitions.object("widgets.sandbox.argosy.dev", copy.deepcopy(WIDGETS)),
        ),
    ):
        theirs(operation)
        await mine(operation)
    await asyncio.sleep(2)
    for _ in range(10):
        if theirs(Operation("GET", "/apis/sandbox.argosy.dev/v1/widgets"))[0] == 200:
            break
        time.sleep(1)
    counts: Counter[str] = Counter()
    for number in range(count):
        operation = invent(make)
        wanted, found = theirs(operation), await mine(operation)
        counts["same status"] += wanted[0] == found[0]
        left, right = normalize(wanted[1], namespace), normalize(found[1], namespace)
        different = list(differences(left, right))
        serious = [line for line in different if not line.startswith((".message", ".details"))]
        counts["same answer"] += not different
        counts["same but for texts"] += not serious
        counts[f"status {wanted[0]}"] += 1
        if different and verbose:
            texts = {str(answer[1].get("message", ""))[:300] for answer in (wanted, found)}
            print("   ", *(text for text in texts if text))
            print(f"{number} {operation.method} {operation.target} {operation.content_type}")
            print("\n".join("    " + line[:400] for line in (serious or different)[:4]))
        if (serious and wanted[0] < 300) or wanted[0] != found[0]:
            gone = Operation("DELETE", operation.target.split("?", 1)[0])
            if operation.method == "POST":
                gone = Operation("DELETE", f"{gone.target}/{operation.body['metadata']['name']}")
            theirs(gone)
            await mine(gone)
    print(f"seed {seed}, {count} operations: {dict(counts)}")
    await transport.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    server = Server(options.server, options.token_file.read_text().strip())
    run_virtual(compare(server, options.seed, options.count, options.verbose))


if __name__ == "__main__":
    main()
