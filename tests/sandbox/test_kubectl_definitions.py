import json
from typing import Any

from kubectl_runner import Kubectl

COLUMNS = [
    {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
    {"name": "Detail", "type": "string", "jsonPath": ".spec.detail", "priority": 1},
]


def _definition(plural: str, columns: list[dict[str, object]] | None = None) -> dict[str, Any]:
    size = {"type": "integer", "maximum": 10}
    spec = {"type": "object", "properties": {"size": size, "detail": {"type": "string"}}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
        **({"additionalPrinterColumns": columns} if columns else {}),
    }
    names = {"plural": plural, "kind": plural.removesuffix("s").capitalize(), "shortNames": [plural[:2]]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _widget(kubectl: Kubectl, size: int) -> str:
    return json.dumps(
        {
            "apiVersion": "example.com/v1",
            "kind": "Widget",
            "metadata": {"name": "one"},
            "spec": {"size": size},
        }
    )


def test_a_definition_is_served_listed_explained_and_enforced(kubectl: Kubectl) -> None:
    body = json.dumps(_definition("widgets", COLUMNS))
    kubectl("apply", "--server-side", "-f", "-", stdin=body)
    kubectl("wait", "crd/widgets.example.com", "--for=condition=Established", "--timeout=20s")
    assert kubectl("api-resources", "--api-group=example.com", "--no-headers").out.split() == [
        "widgets",
        "wi",
        "example.com/v1",
        "true",
        "Widget",
    ]
    kubectl("apply", "-f", "-", stdin=_widget(kubectl, 3))
    header, row = kubectl("get", "wi").lines
    assert (header.split(), row.split()) == (["NAME", "SIZE"], ["one", "3"])
    assert kubectl("get", "wi", "-o", "wide").lines[0].split() == ["NAME", "SIZE", "DETAIL"]
    assert "size\t<integer>" in kubectl("explain", "widget.spec").out
    ran = kubectl.attempt("apply", "-f", "-", stdin=_widget(kubectl, 99))
    assert ran.code == 1
    assert "spec.size: Invalid value: 99" in ran.err
    patch = ("patch", "widget", "one", "--subresource=status", "--type=merge", "-p", '{"status":{}}')
    kubectl(*patch)
    kubectl("delete", "crd", "widgets.example.com", "--timeout=20s")
    assert kubectl("api-resources", "--api-group=example.com", "--no-headers").out == ""
    assert kubectl.attempt("get", "widgets.example.com").code == 1


def test_a_broken_definition_is_refused(kubectl: Kubectl) -> None:
    body = _definition("gadgets")
    body["metadata"]["name"] = "other.example.com"
    ran = kubectl.attempt("create", "-f", "-", stdin=json.dumps(body))
    assert ran.code == 1
    assert "metadata.name" in ran.err
