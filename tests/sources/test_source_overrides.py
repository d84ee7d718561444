"""`.argocd-source.yaml` in a source's folder, as in Argo CD."""

from typing import Any

import pytest

from argosy.schemas.model.source import Source
from argosy.sources.errors import INVALID_SOURCE
from argosy.sources.rendering import Renderer
from argosy.sources.source_overrides import with_overrides

from .conftest import Checkout, Origin, config_map, failure

_KUSTOMIZATION = {
    "web/kustomization.yaml": "resources: [deployment.yaml]\n",
    "web/deployment.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec: {template: {spec: {containers: [{name: web, image: 'web:v1'}]}}}\n"
    ),
}


def image(renderer: Renderer, checkout: Checkout) -> str:
    (manifest,) = renderer.render_now(checkout.request("web")).manifests
    written = manifest.value["spec"]["template"]["spec"]["containers"][0]["image"]
    assert isinstance(written, str)
    return written


def options(origin: Origin, checkout: Checkout, override: str, **source: Any) -> Source:
    origin.commit({"app/.argocd-source.yaml": override, "app/c.yaml": config_map("c")})
    request = checkout.request("app", **source)
    return with_overrides(request.source, request.tree, "app", "shop")


def test_an_image_written_back_to_git_is_rendered(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_KUSTOMIZATION)
    assert image(renderer, checkout) == "web:v1"
    origin.commit({"web/.argocd-source-shop.yaml": "kustomize:\n  images:\n  - web:v2\n"})
    assert image(renderer, checkout) == "web:v2"


def test_the_file_of_one_application_goes_over_that_of_all(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        _KUSTOMIZATION
        | {
            "web/.argocd-source.yaml": "kustomize: {images: ['web:v3'], namePrefix: x-}\n",
            "web/.argocd-source-shop.yaml": "kustomize: {images: ['web:v4']}\n",
            "web/.argocd-source-other.yaml": "kustomize: {images: ['web:v5']}\n",
        }
    )
    (manifest,) = renderer.render_now(checkout.request("web")).manifests
    assert manifest.value["metadata"]["name"] == "x-web"
    assert image(renderer, checkout) == "web:v4"


def test_upper_and_lower_case_of_fields_do_not_count(origin: Origin, checkout: Checkout) -> None:
    override = "helm: {parameters: [{name: a, value: '1', forcestring: true}]}\n"
    helm = options(origin, checkout, override).helm
    assert helm is not None
    assert [each.force_string for each in helm.parameters] == [True]


def test_mappings_are_merged_and_lists_replaced(origin: Origin, checkout: Checkout) -> None:
    override = "helm: {valueFiles: [b.yaml], releaseName: null, valuesObject: {x: {a: null, c: 3}}}\n"
    written = {
        "valueFiles": ["a.yaml"],
        "releaseName": "r",
        "skipCrds": True,
        "valuesObject": {"x": {"a": 1, "b": 2}},
    }
    helm = options(origin, checkout, override, helm=written).helm
    assert helm is not None
    assert helm.value_files == ("b.yaml",)
    assert helm.values_object == {"x": {"b": 2, "c": 3}}
    assert (helm.release_name, helm.skip_crds) == ("r", True), "a null takes nothing away from options"


def test_where_a_source_comes_from_stays(origin: Origin, checkout: Checkout) -> None:
    override = "repoURL: https://evil.example.com/x.git\npath: other\ntargetRevision: v0\nchart: c\n"
    source = options(origin, checkout, override)
    assert (source.repo_url, source.path, source.target_revision) == (origin.url, "app", "")
    assert source.chart == ""


@pytest.mark.parametrize("override", ["", "# nothing\n", "null\n"])
def test_an_empty_file_overrides_nothing(origin: Origin, checkout: Checkout, override: str) -> None:
    assert options(origin, checkout, override, kustomize={"namePrefix": "x-"}).kustomize is not None


@pytest.mark.parametrize(
    ("override", "place", "words"),
    [
        ("kustomize:\n  images: web:v2\n", "2:11", "must be a list"),
        ("- images\n", "1:1", "options of a source were expected"),
        ("kustomize: [\n", "2:1", ""),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_line(
    origin: Origin, checkout: Checkout, renderer: Renderer, override: str, place: str, words: str
) -> None:
    origin.commit({"app/.argocd-source.yaml": override, "app/c.yaml": config_map("c")})
    error = failure(renderer, checkout.request("app"))
    assert error.code == INVALID_SOURCE
    assert str(error.position) == f"app/.argocd-source.yaml:{place}"
    assert words in error.message


def test_options_of_two_kinds_are_refused_after_the_merge(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"app/.argocd-source.yaml": "helm: {skipCrds: true}\n", "app/c.yaml": config_map("c")})
    error = failure(renderer, checkout.request("app", kustomize={"namePrefix": "x-"}))
    assert (error.code, "several kinds" in error.message) == (INVALID_SOURCE, True)
