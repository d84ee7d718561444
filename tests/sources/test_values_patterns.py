"""`helm.valueFiles` with patterns: which files they stand for, in which order, and which of those win."""

from typing import Any

import pytest

from argosy.sources.errors import INVALID_SOURCE, MISSING_PATH, RENDER_FAILED
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, failure

_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "chart/templates/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: order}\n"
    "data: {last: {{ .Values.last | quote }}}\n",
}


def _files(*names: str) -> dict[str, str]:
    return {name: f"last: {name}\n" for name in names}


def _last(renderer: Renderer, checkout: Checkout, *written: str, **helm: Any) -> str:
    rendering = renderer.render_now(checkout.request("chart", helm={"valueFiles": list(written), **helm}))
    return str(rendering.manifests[0].value["data"]["last"])


@pytest.mark.parametrize(
    ("written", "last"),
    [
        (["env/*.yaml"], "chart/env/values-9.yaml"),
        (["env/values-1?.yaml"], "chart/env/values-10.yaml"),
        (["env/values-[!9]*.yaml", "env/values-[0-9].yaml"], "chart/env/values-9.yaml"),
        (["env/**/*.yaml"], "chart/env/deep/a.yaml"),  # files of a folder come before its folders
        (["/shared/*.yaml"], "shared/all.yaml"),
        (["env/{a,values-10}*.yaml"], "chart/env/values-10.yaml"),
        (["env/$ARGOCD_APP_NAME/*.yaml"], "chart/env/shop/x.yaml"),
        (["env/values-9.yaml", "env/*.yaml"], "chart/env/values-10.yaml"),  # written out: stays where it is
        (["env/values-10.yaml", "env/values-9.yaml", "env/values-10.yaml"], "chart/env/values-9.yaml"),
    ],
)
def test_the_last_file_wins(
    origin: Origin, checkout: Checkout, renderer: Renderer, written: list[str], last: str
) -> None:
    files = _files("chart/env/a.yaml", "chart/env/values-10.yaml", "chart/env/values-9.yaml")
    files |= _files("chart/env/deep/a.yaml", "chart/env/shop/x.yaml", "shared/all.yaml")
    if written == ["env/**/*.yaml"]:
        del files["chart/env/shop/x.yaml"]
    origin.commit(_CHART | files)
    assert _last(renderer, checkout, *written) == last


def test_a_pattern_without_a_file_is_missing_unless_that_may_be(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART | _files("chart/values.yaml"))
    for written in ("gone/*.yaml", "gone-*.yaml"):
        error = failure(renderer, checkout.request("chart", helm={"valueFiles": [written]}))
        assert error.code == MISSING_PATH
        assert _last(renderer, checkout, written, ignoreMissingValueFiles=True) == "chart/values.yaml"


def test_a_folder_that_a_pattern_matches_and_a_pattern_without_sense_are_errors(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART | _files("chart/env/deep/a.yaml"))
    for written, code in {"env/*": RENDER_FAILED, "env/**": RENDER_FAILED, "env/[a": INVALID_SOURCE}.items():
        assert failure(renderer, checkout.request("chart", helm={"valueFiles": [written]})).code == code


def test_a_new_file_that_a_pattern_matches_renders_anew(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART | _files("chart/env/a.yaml"))
    assert _last(renderer, checkout, "env/*.yaml") == "chart/env/a.yaml"
    origin.commit(_files("chart/env/b.yaml"))
    assert _last(renderer, checkout, "env/*.yaml") == "chart/env/b.yaml"
