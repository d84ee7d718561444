"""Records how a real API server prints its kinds: `tests/fixtures/tables.json`.

Usage: python tests/e2e/servers.py management -- python tests/e2e/record_tables.py

Creates objects of every kind that people look at, waits until controllers have worked on them, and keeps each
object beside the cells of its row. The sandbox must print the same cells for the same object.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import yaml

from argosy.clusters.kubeconfig import load_connection
from argosy.clusters.transport import HttpTransport
from argosy.sandbox.schema_data import load_catalog

HERE = Path(__file__).parent
FIXTURE = HERE.parent / "fixtures" / "tables.json"
OBJECTS = HERE / "table_objects.yaml"
TABLE = {"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
AT_REST = 25.0
"""Seconds that controllers and nodes get."""
LEFT_OUT = {"componentstatuses"}
ONLY_COLUMNS = {"autoscaling/v1/horizontalpodautoscalers"}
"""Printed from what v1 hides in annotations."""
UNUSUAL = {"flowcontrol.apiserver.k8s.io"}
"""Groups of which the columns are kept, so that the list of what the sandbox prints otherwise is whole."""
MOST_ROWS = {"v1/events": 8, "events.k8s.io/v1/events": 4, "apiregistration.k8s.io/v1/apiservices": 2}
"""Of the others: all of them."""


async def main() -> None:
    kubeconfig = os.environ["ARGOSY_TEST_KUBECONFIGS"].split(os.pathsep)[0]
    transport = HttpTransport(load_connection("", kubeconfig))
    try:
        for body in yaml.safe_load_all(OBJECTS.read_text()):
            await _create(transport, body)
        await asyncio.sleep(AT_REST)
        found = await _tables(transport)
    finally:
        await transport.close()
    FIXTURE.write_text(json.dumps(found, indent=None, sort_keys=True) + "\n")


async def _create(transport: HttpTransport, body: dict[str, Any]) -> None:
    group, _, version = body["apiVersion"].rpartition("/")
    resource = next(
        kind.resource
        for (in_group, in_version, _), kind in load_catalog().types.items()
        if (in_group, in_version, kind.resource.kind) == (group, version, body["kind"])
        and "create" in kind.resource.verbs
    )
    root = f"/apis/{body['apiVersion']}" if group else f"/api/{version}"
    place = "/namespaces/default" if resource.namespaced else ""
    target = f"{root}{place}/{resource.plural}"
    status = body.get("status")
    code, _, text = await transport.request(
        "POST", target, {"content-type": "application/json"}, json.dumps(body).encode()
    )
    assert code == 201, text
    if status:
        patch = json.dumps({"status": status}).encode()
        target = f"{target}/{body['metadata']['name']}/status"
        headers = {"content-type": "application/merge-patch+json"}
        code, _, text = await transport.request("PATCH", target, headers, patch)
        assert code == 200, text


async def _tables(transport: HttpTransport) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    rows = []
    for (group, version, plural), kind in sorted(load_catalog().types.items()):
        if "list" not in kind.resource.verbs or plural in LEFT_OUT:
            continue
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        code, _, text = await transport.request("GET", f"{root}/{plural}?includeObject=Object", TABLE, None)
        assert code == 200, text
        table = json.loads(text)
        name = f"{group}/{version}/{plural}".lstrip("/")
        columns[name] = [
            [column["name"], column["type"], column["format"], column["priority"]]
            for column in table["columnDefinitions"]
        ]
        chosen = [row for row in table["rows"] or () if not _is_of_the_system(row["object"])]
        chosen.sort(key=lambda row: row["object"]["metadata"]["name"] != "happened")
        most = 0 if name in ONLY_COLUMNS or group in UNUSUAL else MOST_ROWS.get(name, len(chosen))
        for row in chosen[:most]:
            row["object"]["metadata"].pop("managedFields", None)
            rows.append({"resource": name, "cells": row["cells"], "object": row["object"]})
    return {"columns": columns, "rows": rows}


def _is_of_the_system(obj: dict[str, Any]) -> bool:
    """What every cluster has by itself."""
    metadata = obj["metadata"]
    name = metadata["name"]
    return metadata.get("namespace", "default") != "default" or name.startswith(("system:", "kube-"))


if __name__ == "__main__":
    asyncio.run(main())
