"""Whole Kubernetes clusters of real servers on 127.0.0.1: etcd, API server, controller manager, scheduler,
kwok.

They share one etcd under different prefixes. Nothing of them outlives the process that started them, however
that ends.
"""

import base64
import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["BINARIES", "HELM", "RealCluster", "RealClusters", "assets_folder", "missing_binaries"]

BINARIES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
HELM = ("helm", "helm-3")
VERSION = "1.37.2"
KUBECONFIGS = "ARGOSY_TEST_KUBECONFIGS"
AUDIT_LOGS = "ARGOSY_TEST_AUDIT_LOGS"

_STAGES = Path(__file__).parent / "kwok" / "stages.yaml"
_START_DEADLINE = 120.0
_STOP_DEADLINE = 20.0
_PR_SET_PDEATHSIG = 1

_AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
"""


def assets_folder() -> Path:
    """Where the servers' binaries are, or would be built: `KUBEBUILDER_ASSETS`, else the user's cache."""
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        return Path(given)
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "argosy" / "servers" / f"k8s-{VERSION}"


def missing_binaries(folder: Path, names: Sequence[str] = BINARIES) -> tuple[str, ...]:
    """Which of the servers, or of other programs, are not in the folder."""
    return tuple(name for name in names if not os.access(folder / name, os.X_OK))


@dataclass(frozen=True, slots=True)
class RealCluster:
    """One running cluster. The audit log has a JSON line for every request that its API server answered."""

    name: str
    server: str
    token: str
    authority: bytes
    kubeconfig: Path
    audit_log: Path

    @classmethod
    def of(cls, kubeconfig: Path, audit_log: Path) -> Self:
        """A cluster that somebody else keeps running, by the files that were written for it."""
        content = json.loads(kubeconfig.read_text())
        cluster, user = content["clusters"][0], content["users"][0]["user"]
        authority = base64.b64decode(cluster["cluster"]["certificate-authority-data"])
        server = cluster["cluster"]["server"]
        return cls(cluster["name"], server, user["token"], authority, kubeconfig, audit_log)

    def audited(self) -> list[dict[str, object]]:
        """The requests answered so far."""
        return [json.loads(line) for line in self.audit_log.read_text().splitlines() if line.endswith("}")]


class RealClusters:
    """N clusters for as long as the `with` block runs. `folder` gets logs and data; by default a temporary
    one.
    """

    def __init__(
        self, names: Sequence[str], *, binaries: Path | None = None, folder: Path | None = None
    ) -> None:
        self._names = tuple(names)
        self._binaries = binaries or assets_folder()
        self._own_folder = folder is None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="argosy-servers-"))
        self._processes: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._token = secrets.token_hex(16)
        self.clusters: tuple[RealCluster, ...] = ()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End all servers and wait for them; the last started first, so that none complains about another."""
        for _, process in reversed(self._processes):
            process.terminate()
        deadline = time.monotonic() + _STOP_DEADLINE
        for _, process in reversed(self._processes):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        if self._own_folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_keys()
        etcd = self._start_etcd()
        ports = _free_ports(len(self._names))
        for name, port in zip(self._names, ports, strict=True):
            self._start_api_server(name, port, etcd)
        self.clusters = tuple(
            self._await_cluster(name, port) for name, port in zip(self._names, ports, strict=True)
        )
        for cluster in self.clusters:
            self._start_controllers(cluster)

    def _write_keys(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self._write("service-accounts.key", private)
        self._write("service-accounts.pub", public)
        self._write("tokens.csv", f"{self._token},admin,admin,system:masters\n".encode())
        self._write("audit-policy.yaml", _AUDIT_POLICY.encode())

    def _start_etcd(self) -> str:
        clients, peers = (f"http://127.0.0.1:{port}" for port in _free_ports(2))
        self._spawn(
            "etcd",
            "etcd",
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        )
        return clients

    def _start_api_server(self, name: str, port: int, etcd: str) -> None:
        self._spawn(
            f"{name}-kube-apiserver",
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            f"--etcd-prefix=/{name}",
            f"--secure-port={port}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={self._folder / name}-certificates",
            f"--service-account-key-file={self._folder / 'service-accounts.pub'}",
            f"--service-account-signing-key-file={self._folder / 'service-accounts.key'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={self._folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/16",
            # Pods need no tokens: no kubelet would mount them.
            "--disable-admission-plugins=ServiceAccount",
            f"--audit-log-path={self._folder / name}-audit.log",
            f"--audit-policy-file={self._folder / 'audit-policy.yaml'}",
        )

    def _await_cluster(self, name: str, port: int) -> RealCluster:
        server = f"https://127.0.0.1:{port}"
        certificate = self._folder / f"{name}-certificates" / "apiserver.crt"
        deadline = time.monotonic() + _START_DEADLINE
        while time.monotonic() < deadline:
            self._check_alive()
            if certificate.exists() and self._call(server, "GET", "/readyz") == 200:
                return self._cluster(name, server, certificate.read_bytes())
            time.sleep(0.2)
        raise TimeoutError(f"{name} is not ready after {_START_DEADLINE:g} s\n{self._last_words(name)}")

    def _cluster(self, name: str, server: str, authority: bytes) -> RealCluster:
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": server,
                        "certificate-authority-data": base64.b64encode(authority).decode(),
                    },
                }
            ],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "admin"}}],
        }
        file = self._write(f"{name}.kubeconfig", json.dumps(kubeconfig).encode())
        return RealCluster(name, server, self._token, authority, file, self._folder / f"{name}-audit.log")

    def _start_controllers(self, cluster: RealCluster) -> None:
        kubeconfig = f"--kubeconfig={cluster.kubeconfig}"
        self._spawn(
            f"{cluster.name}-kube-controller-manager",
            "kube-controller-manager",
            kubeconfig,
            "--secure-port=0",
            "--leader-elect=false",
            # Its default of 20 calls a second would have hundreds of Deployments wait for minutes.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            # Simulated nodes send no heartbeats: after 50 seconds their pods would be unready for good.
            "--node-monitor-grace-period=24h",
            f"--service-account-private-key-file={self._folder / 'service-accounts.key'}",
        )
        self._spawn(
            f"{cluster.name}-kube-scheduler",
            "kube-scheduler",
            kubeconfig,
            "--secure-port=0",
            "--leader-elect=false",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
        )
        self._spawn(
            f"{cluster.name}-kwok", "kwok", kubeconfig, "--manage-all-nodes=true", f"--config={_STAGES}"
        )
        room = {"cpu": "64", "memory": "256Gi", "pods": "2000"}
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "node-1", "labels": {"kubernetes.io/hostname": "node-1"}},
            "status": {"allocatable": room, "capacity": room},
        }
        status = self._call(cluster.server, "POST", "/api/v1/nodes", json.dumps(node).encode())
        if status not in (201, 409):
            raise RuntimeError(f"{cluster.name}: the node was refused with HTTP status {status}")

    def _call(self, server: str, method: str, path: str, body: bytes | None = None) -> int:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        request = urllib.request.Request(server + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5, context=context) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def _spawn(self, name: str, binary: str, *arguments: str) -> None:
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [self._binaries / binary, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self._processes.append((name, process))

    def _check_alive(self) -> None:
        for name, process in self._processes:
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with status {process.returncode}\n{self._last_words(name)}")

    def _last_words(self, name: str) -> str:
        logs = sorted(self._folder.glob(f"{name}*.log"))
        return "\n".join(text for log in logs for text in log.read_text(errors="replace").splitlines()[-15:])

    def _write(self, name: str, content: bytes) -> Path:
        file = self._folder / name
        file.touch(mode=0o600)
        file.write_bytes(content)
        return file


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_ports(count: int) -> list[int]:
    """Ports free now. All are held until the last is found, so that none is given twice."""
    held = [socket.socket() for _ in range(count)]
    try:
        for item in held:
            item.bind(("127.0.0.1", 0))
        return [int(item.getsockname()[1]) for item in held]
    finally:
        for item in held:
            item.close()


def main(arguments: Sequence[str]) -> int:
    """`servers.py NAME… -- COMMAND…` runs a command beside real clusters; `servers.py --check` looks for
    binaries.

    The command finds the kubeconfigs in `ARGOSY_TEST_KUBECONFIGS` and the audit logs in
    `ARGOSY_TEST_AUDIT_LOGS`, each joined like PATH in the order of the names. Without a command the clusters
    stay until a signal comes.
    """
    if list(arguments) == ["--check"]:
        missing = missing_binaries(assets_folder(), (*BINARIES, *HELM))
        if missing:
            print(f"e2e: {', '.join(missing)} not found in {assets_folder()}", file=sys.stderr)
        return 1 if missing else 0
    names = list(arguments)
    command: list[str] = []
    if "--" in names:
        at = names.index("--")
        names, command = names[:at], names[at + 1 :]
    # SIGTERM has to unwind the `with` block, else the clusters would die with their data left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with RealClusters(names) as real:
        joined = {
            KUBECONFIGS: os.pathsep.join(str(cluster.kubeconfig) for cluster in real.clusters),
            AUDIT_LOGS: os.pathsep.join(str(cluster.audit_log) for cluster in real.clusters),
        }
        if command:
            return subprocess.run(command, env={**os.environ, **joined}, check=False).returncode
        for name, value in joined.items():
            print(f"export {name}={value}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
