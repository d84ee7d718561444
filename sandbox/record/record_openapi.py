"""Records the data files of one Kubernetes minor version for the sandbox.

    (cd sandbox/record/gotypes && go run . > types.json)
    python sandbox/record/record_openapi.py --server https://127.0.0.1:6443 --token-file token \\
        --version 1.37 --release 0.37.2 --modules "$(go env GOMODCACHE)" \\
        --go-types sandbox/record/gotypes/types.json

OpenAPI documents and discovery come from a running API server with its default settings; how Go encodes
fields and the protobuf messages from the modules `k8s.io/api` and `k8s.io/apimachinery` of the same release.
Output: `kubernetes-<version>-{lean,openapi,protobuf}.json.xz` in `sandbox/argosy/sandbox/data`.
"""

import argparse
import json
import lzma
import re
import ssl
import urllib.request
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "argosy" / "sandbox" / "data"
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Server:
    """Reads documents of an API server that runs on this machine with a certificate of its own."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._context = ssl._create_unverified_context()  # noqa: S323

    def get(self, path: str, accept: str = "application/json") -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        request = urllib.request.Request(self._url + path, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, context=self._context, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read())


def without_descriptions(value: Any, names: bool = False) -> Any:
    """Schemas without prose; `names` says that the keys of this object are names of properties."""
    if isinstance(value, dict):
        return {
            key: without_descriptions(found, names=key == "properties" and not names)
            for key, found in value.items()
            if names or key != "description"
        }
    if isinstance(value, list):
        return [without_descriptions(found) for found in value]
    return value


def record_documents(server: Server) -> tuple[dict[str, Any], dict[str, Any]]:
    """All component schemas, and each document without them (by file name)."""
    schemas: dict[str, Any] = {}
    documents: dict[str, Any] = {}
    for path in sorted(server.get("/openapi/v3")["paths"]):
        if path == "version" or path.startswith(".well-known"):
            continue
        document = server.get(f"/openapi/v3/{path}")
        for name, schema in document.pop("components", {}).get("schemas", {}).items():
            schemas.setdefault(name, schema)
        documents[path.replace("/", "__") + "_openapi.json"] = document
    return schemas, documents


def record_discovery(server: Server) -> dict[str, Any]:
    """Both roots in one list; the core group has no name."""
    return {"items": [*server.get("/api", _DISCOVERY)["items"], *server.get("/apis", _DISCOVERY)["items"]]}


# ---------------------------------------------------------------- protobuf

_SCALARS = frozenset({"string", "bool", "int32", "int64", "uint32", "uint64", "bytes", "double"})
_FIELD = re.compile(r"(optional|repeated|required)\s+([\w.]+)\s+(\w+)\s*=\s*(\d+)")
_MAP = re.compile(r"map<(\w+), ([\w.]+)> (\w+) = (\d+)")
_MESSAGE = re.compile(r"message (\w+) \{(.*?)\n\}", re.DOTALL)


def protobuf_tables(modules: Path, release: str) -> dict[str, dict[str, list[str]]]:
    """Message name to field number to `[name, type, "" | "r" | "m"]`."""
    tables: dict[str, dict[str, list[str]]] = {}
    for module in ("api", "apimachinery"):
        for file in sorted((modules / "k8s.io" / f"{module}@v{release}").rglob("generated.proto")):
            text = re.sub(r"//[^\n]*", "", file.read_text())
            package = re.search(r"package ([\w.]+);", text)
            if package is None:
                raise SystemExit(f"{file}: no package")
            for name, body in _MESSAGE.findall(text):
                tables[f"{package[1]}.{name}"] = _message(body, package[1])
    return tables


def _message(body: str, package: str) -> dict[str, list[str]]:
    def full(kind: str) -> str:
        if kind in _SCALARS:
            return kind
        return kind.lstrip(".") if "." in kind else f"{package}.{kind}"

    fields = {
        number: [name, full(kind), "r" if rule == "repeated" else ""]
        for rule, kind, name, number in _FIELD.findall(body)
    }
    return fields | {number: [name, full(value), "m"] for _, value, name, number in _MAP.findall(body)}


def write(folder: Path, name: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    packed = lzma.compress(text, preset=9)
    (folder / name).write_bytes(packed)
    print(f"{name}: {len(text)} bytes, {len(packed)} packed")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", required=True)
    parser.add_argument("--token-file", required=True, type=Path)
    parser.add_argument("--version", required=True, help="minor version, as in 1.37")
    parser.add_argument("--release", required=True, help="version of the Go modules, as in 0.37.2")
    parser.add_argument("--go-types", required=True, type=Path)
    parser.add_argument("--modules", required=True, type=Path, help="Go's module cache")
    parser.add_argument("--output", type=Path, default=DATA)
    options = parser.parse_args()
    server = Server(options.server, options.token_file.read_text().strip())
    schemas, documents = record_documents(server)
    discovery = record_discovery(server)
    types = json.loads(options.go_types.read_text())
    lean = {
        "schemas": {name: without_descriptions(schema) for name, schema in schemas.items()},
        "disc": discovery,
        "encoding": {name: found for name, found in types.items() if name in schemas},
    }
    prefix = f"kubernetes-{options.version}"
    options.output.mkdir(parents=True, exist_ok=True)
    write(options.output, f"{prefix}-lean.json.xz", lean)
    full = {"schemas": schemas, "paths": documents, "disc": discovery}
    write(options.output, f"{prefix}-openapi.json.xz", full)
    tables = protobuf_tables(options.modules, options.release)
    write(options.output, f"{prefix}-protobuf.json.xz", tables)


if __name__ == "__main__":
    main()
