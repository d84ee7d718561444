import json
import re
from typing import Any

import pytest

from argosy.sources.errors import DEADLINE, INVALID_SOURCE, MISSING_PATH, REFUSED_URL, RENDER_FAILED
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, config_map, failure, names

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1"}]}
"""
_COMPONENT = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [c.yaml]\n"
_BASE = {
    "base/kustomization.yaml": "resources: [deployment.yaml]\nnamePrefix: base-\n",
    "base/deployment.yaml": _DEPLOYMENT,
    "overlay/kustomization.yaml": "resources: [../base]\nnameSuffix: -dev\ncommonLabels: {team: a}\n",
}


def test_an_overlay_is_built_over_its_base(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit(_BASE)
    rendering = renderer.render_now(checkout.request("overlay"))
    assert names(rendering) == ["base-web-dev"]
    assert [item.path for item in rendering.inputs] == ["base", "overlay"]
    assert str(rendering.manifests[0].origin.position) == "overlay/kustomization.yaml:1:1"


def test_all_options_of_the_source_are_written_in(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        _BASE
        | {
            "extra/kustomization.yaml": _COMPONENT,
            "extra/c.yaml": config_map("component"),
        }
    )
    options: dict[str, Any] = {
        "namePrefix": "p-",
        "nameSuffix": "-s",
        "namespace": "elsewhere",
        "images": ["nginx=registry.example:5000/nginx:2", "unused:$ARGOCD_APP_NAME"],
        "replicas": [{"name": "web", "count": "4"}],
        "commonLabels": {"app-name": "$ARGOCD_APP_NAME"},
        "labelWithoutSelector": True,
        "commonAnnotations": {"note": "$ARGOCD_APP_NAME"},
        "commonAnnotationsEnvsubst": True,
        "patches": [
            {
                "target": {"kind": "Deployment"},
                "patch": "- {op: add, path: /spec/minReadySeconds, value: 7}",
            }
        ],
        "components": ["../extra"],
    }
    rendering = renderer.render_now(checkout.request("overlay", kustomize=options))
    by_kind = {manifest.value["kind"]: manifest.value for manifest in rendering.manifests}
    deployment = by_kind["Deployment"]
    assert by_kind["ConfigMap"]["metadata"]["name"] == "p-component-s"
    # As `kustomize edit` does it: the overlay's own suffix is replaced, the base's prefix stays.
    assert deployment["metadata"]["name"] == "p-base-web-s"
    assert deployment["metadata"]["namespace"] == "elsewhere"
    assert deployment["metadata"]["labels"] == {"app-name": "shop", "team": "a"}
    assert deployment["spec"]["minReadySeconds"] == 7
    assert deployment["metadata"]["annotations"] == {"note": "shop"}
    assert deployment["spec"]["replicas"] == 4
    assert deployment["spec"]["selector"]["matchLabels"] == {"app": "web", "team": "a"}
    image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "registry.example:5000/nginx:2"


def test_a_label_that_is_there_is_replaced_by_force_only(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_BASE)
    clash = {"commonLabels": {"team": "b"}}
    assert failure(renderer, checkout.request("overlay", kustomize=clash)).code == INVALID_SOURCE
    forced = renderer.render_now(checkout.request("overlay", kustomize={**clash, "forceCommonLabels": True}))
    assert forced.manifests[0].value["metadata"]["labels"]["team"] == "b"


@pytest.mark.parametrize(
    "line",
    [
        "resources: ['https://example.com/a.yaml']",
        "resources: ['github.com/org/repo//base?ref=v1']",
        "resources: ['git@example.com:org/repo.git']",
        "bases: ['ssh://git@example.com/org/repo']",
        "patches: [{path: 'http://127.0.0.1/p.yaml'}]",
        "configMapGenerator: [{name: x, files: ['k=https://example.com/f']}]",
    ],
)
def test_a_remote_base_is_refused_with_its_line(
    line: str, origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"app/kustomization.yaml": f"# top\n{line}\n"})
    refused = failure(renderer, checkout.request("app"))
    assert refused.code == REFUSED_URL and str(refused.position).startswith("app/kustomization.yaml:2:")


def test_a_change_of_the_base_renders_the_overlay_anew_and_others_do_not(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_BASE)
    first = renderer.render_now(checkout.request("overlay"))
    origin.commit({"elsewhere/x.yaml": config_map("x")})
    assert renderer.render_now(checkout.request("overlay")) is first
    origin.commit({"base/deployment.yaml": _DEPLOYMENT.replace("nginx:1", "nginx:9")})
    assert renderer.render_now(checkout.request("overlay")).digest != first.digest


def test_what_kustomize_refuses_is_told_without_paths_of_this_machine(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"app/kustomization.yaml": "resources: [gone.yaml]\n", "none/a.txt": ""})
    error = failure(renderer, checkout.request("app"))
    assert error.code == RENDER_FAILED and "gone.yaml" in error.message
    assert "/tmp" not in error.message and "argosy-" not in error.message
    assert failure(renderer, checkout.request("none", kustomize={"namePrefix": "x"})).code == MISSING_PATH
    assert (
        failure(renderer, checkout.request("app", kustomize={"components": ["../gone"]})).code == MISSING_PATH
    )


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"patches": [{"patch": "kind: Secret\nstringData: {a: s3cret, b: `: , c"}]}, "unable to parse"),
        ({"patchesStrategicMerge": ["kind: [Secret, s3cret"]}, "no patch"),
        ({"patchesStrategicMerge": ['{"kind": "Secret", "data": "s3cret"']}, "no patch"),
        ({"patchesStrategicMerge": ["kind: Secret\nstringData: [it's, s3cret"]}, "no patch"),
        ({"patchesStrategicMerge": ["nowhere.yaml"]}, "overlay/nowhere.yaml"),
        ({"secretGenerator": [{"name": "a", "literals": ["s3cret"]}]}, "of the form key=value"),
    ],
)
def test_what_kustomize_refuses_is_told_without_what_secrets_hold(
    origin: Origin, checkout: Checkout, renderer: Renderer, broken: dict[str, Any], told: str
) -> None:
    origin.commit({"overlay/kustomization.yaml": json.dumps({"resources": [], **broken})})
    error = failure(renderer, checkout.request("overlay"))
    assert re.search(told, error.message) and "s3cret" not in error.message


def test_a_build_ends_at_the_deadline(origin: Origin, checkout: Checkout) -> None:
    origin.commit(_BASE)
    with Renderer(deadline=0.001) as hurried:
        assert failure(hurried, checkout.request("overlay")).code == DEADLINE
