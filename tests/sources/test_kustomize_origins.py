"""Lines of resources, patches and generators for what the real kustomize builds from them."""

import posixpath
from typing import Any

import pytest

from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import read_value
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, config_map

_FILES = {
    "base/kustomization.yaml": """\
namePrefix: base-
resources:
- deployment.yaml
- many.yaml
""",
    "base/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  paused: false
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: nginx:1
        args: [a, b]
""",
    "base/many.yaml": config_map("one", "{a: x}") + "---\n" + config_map("two", "{a: x}"),
    "overlay/kustomization.yaml": """\
resources: [../base]
nameSuffix: -dev
commonAnnotations:
  team: shop
patches:
- path: replicas.yaml
- target: {kind: Deployment, name: web}
  patch: |
    - op: replace
      path: /spec/paused
      value: true
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: two}
    data:
      b: added
configMapGenerator:
- name: made
  literals:
  - colour=green
""",
    "overlay/replicas.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  template:
    spec:
      containers:
      - {name: sidecar, image: "sidecar:1"}
""",
}
_POD = ("spec", "template", "spec")


@pytest.fixture
def told(origin: Origin, checkout: Checkout, renderer: Renderer) -> Any:
    """The place of a field of the object of a name."""
    origin.commit(_FILES)
    request = checkout.request("overlay")
    manifests = {each.value["metadata"]["name"]: each for each in renderer.render_now(request).manifests}

    def ask(name: str, *path: str | int) -> str:
        (full,) = (each for each in manifests if each.startswith(name))
        return str(manifests[full].origin_in(request.tree).position_of(path))

    return ask


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("base-web-dev", ("kind",), "base/deployment.yaml:2:7"),
        ("base-web-dev", ("metadata", "name"), "base/deployment.yaml:3:18"),
        ("base-web-dev", ("spec", "selector", "matchLabels", "app"), "base/deployment.yaml:7:33"),
        ("base-two-dev", ("data", "a"), "base/many.yaml:9:11"),
    ],
)
def test_what_nobody_has_changed_stands_where_it_was_written(
    told: Any, name: str, path: Path, expected: str
) -> None:
    assert told(name, *path) == expected


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("base-web-dev", ("spec", "replicas"), "overlay/replicas.yaml:5:13"),
        ("base-web-dev", ("spec", "paused"), "overlay/kustomization.yaml:11:14"),
        ("base-two-dev", ("data", "b"), "overlay/kustomization.yaml:17:10"),
        ("base-web-dev", ("metadata", "annotations", "team"), "overlay/kustomization.yaml:4:9"),
    ],
)
def test_what_a_patch_or_the_kustomization_has_set_stands_there(
    told: Any, name: str, path: Path, expected: str
) -> None:
    assert told(name, *path) == expected


def test_items_of_a_list_are_found_by_their_names(told: Any) -> None:
    places = [told("base-web-dev", *_POD, "containers", index, "image") for index in (0, 1)]
    assert sorted(places) == ["base/deployment.yaml:13:16", "overlay/replicas.yaml:9:32"]


def test_what_is_generated_stands_at_the_entry_of_its_generator(told: Any) -> None:
    assert told("made-dev", "metadata", "name") == "overlay/kustomization.yaml:19:9"
    assert told("made-dev", "data", "colour") == "overlay/kustomization.yaml:21:5"


def test_the_way_leads_through_every_kustomization(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_FILES)
    request = checkout.request("overlay")
    (web,) = (each for each in renderer.render_now(request).manifests if each.value["kind"] == "Deployment")
    chain = web.origin_in(request.tree).chain
    assert [str(each.position) for each in chain] == [
        "base/kustomization.yaml:3:3",
        "overlay/kustomization.yaml:1:13",
    ]


def test_where_two_patches_say_the_same_or_nothing_is_known_the_object_is_told(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    patch = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: one}\ndata: {a: patched}\n"
    origin.commit(
        {
            "app/one.yaml": config_map("one", "{a: x}"),
            "app/first.yaml": patch,
            "app/second.yaml": patch,
            "app/kustomization.yaml": "resources: [one.yaml]\n"
            "patches: [{path: first.yaml}, {path: second.yaml}]\n",
        }
    )
    request = checkout.request("app", kustomize={"namespace": "elsewhere"})
    (manifest,) = renderer.render_now(request).manifests
    found = manifest.origin_in(request.tree)
    assert str(found.position_of(("data", "a"))) == "app/one.yaml:2:1"
    assert str(found.position_of(("metadata", "namespace"))) == "app/one.yaml:2:1"


def test_an_object_that_got_another_name_stands_at_the_kustomization(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        {
            "app/one.yaml": config_map("one"),
            "app/kustomization.yaml": "resources: [one.yaml]\n"
            "patches:\n- target: {kind: ConfigMap}\n  options: {allowNameChange: true}\n"
            '  patch: \'[{"op": "replace", "path": "/metadata/name", "value": "other"}]\'\n',
        }
    )
    request = checkout.request("app")
    (manifest,) = renderer.render_now(request).manifests
    assert str(manifest.origin_in(request.tree).position) == "app/kustomization.yaml:1:1"


def test_kustomize_itself_names_the_same_files(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    overlay = _FILES["overlay/kustomization.yaml"] + "buildMetadata: [originAnnotations]\n"
    origin.commit({**_FILES, "overlay/kustomization.yaml": overlay})
    request = checkout.request("overlay")
    manifests = renderer.render_now(request).manifests
    assert len(manifests) == 4
    for each in manifests:
        told = read_value(each.value["metadata"]["annotations"]["config.kubernetes.io/origin"])
        assert isinstance(told, dict)
        file = posixpath.normpath(posixpath.join("overlay", told.get("path") or told["configuredIn"]))
        position = each.origin_in(request.tree).position
        assert position is not None and position.file == file
