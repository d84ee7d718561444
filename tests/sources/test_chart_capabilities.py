"""The cluster that charts see: what the source says, else what is known of the destination, else nothing."""

import io
import tarfile
from dataclasses import replace
from typing import Any

import pytest

from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.sources.capabilities import Capabilities, plain_version
from argosy.sources.errors import RENDER_FAILED, SourceError
from argosy.sources.manifest import Rendering
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, failure

_METADATA = "apiVersion: v2\nname: demo\nversion: 1.0.0\n"
_PLAIN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\n"
_DATA = """\
data:
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  has: {{ .Capabilities.APIVersions.Has "example.com/v1/Gadget" | quote }}
"""
_CLUSTER = Capabilities("v1.37.2-gke.100", ("example.com/v1", "example.com/v1/Gadget"))
_KNOWN = Known(_CLUSTER, "cluster production")
_AWAY = Unknown("cluster production does not answer", code="unreachable-cluster")


@pytest.fixture
def asking(origin: Origin) -> None:
    origin.commit({"chart/Chart.yaml": _METADATA, "chart/templates/a.yaml": _PLAIN + _DATA})


@pytest.fixture
def plain(origin: Origin) -> None:
    origin.commit({"chart/Chart.yaml": _METADATA, "chart/templates/a.yaml": _PLAIN})


def rendered(
    renderer: Renderer, checkout: Checkout, cluster: Answer[Capabilities] | None, **helm: Any
) -> Rendering:
    return renderer.render_now(replace(checkout.request("chart", helm=helm), cluster=cluster))


def refused(
    renderer: Renderer, checkout: Checkout, cluster: Answer[Capabilities], **helm: Any
) -> SourceError:
    return failure(renderer, replace(checkout.request("chart", helm=helm), cluster=cluster))


def data_of(rendering: Rendering) -> tuple[str, str]:
    (manifest,) = rendering.manifests
    return manifest.value["data"]["kube"], manifest.value["data"]["has"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("v1.37.2", "1.37.2"),
        ("v1.33.4-gke.1245000", "1.33.4"),
        ("v1.30.1-eks-a737599", "1.30.1"),
        ("1.31.0+k3s1", "1.31.0"),
        (" v1.29", "1.29"),
        ("1.029.3", "1.29.3"),
        ("", ""),
    ],
)
def test_a_version_is_handed_on_without_what_a_vendor_adds(text: str, plain: str) -> None:
    assert plain_version(text) == plain


@pytest.mark.parametrize("text", ["none", "1", "v1", "01.2", "-1.2"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no version of Kubernetes"):
        plain_version(text)


@pytest.mark.usefixtures("asking")
def test_a_chart_that_asks_sees_the_cluster(checkout: Checkout, renderer: Renderer) -> None:
    rendering = rendered(renderer, checkout, _KNOWN)
    assert data_of(rendering) == ("v1.37.2", "true")
    assert rendering.cluster == _CLUSTER
    other = Capabilities("v1.36.0", ("v1", "v1/ConfigMap"))
    assert data_of(rendered(renderer, checkout, Known(other, "cluster test"))) == ("v1.36.0", "false")


@pytest.mark.usefixtures("asking")
def test_what_the_source_says_goes_first_each_for_itself(checkout: Checkout, renderer: Renderer) -> None:
    kube, apis = {"kubeVersion": "v1.29.3-gke.1"}, {"apiVersions": ["other.example.com/v1"]}
    assert data_of(rendered(renderer, checkout, _KNOWN, **kube)) == ("v1.29.3", "true")
    assert data_of(rendered(renderer, checkout, _KNOWN, **apis)) == ("v1.37.2", "false")
    both = rendered(renderer, checkout, _AWAY, **kube, **apis)
    assert data_of(both) == ("v1.29.3", "false") and both.cluster is None


@pytest.mark.usefixtures("asking")
def test_an_unknown_cluster_is_never_that_which_helm_assumes(checkout: Checkout, renderer: Renderer) -> None:
    error = refused(renderer, checkout, _AWAY)
    assert (error.message, error.code) == (_AWAY.reason, _AWAY.code)
    assert refused(renderer, checkout, _AWAY, kubeVersion="1.29.3").code == _AWAY.code
    # Who was told of no cluster at all is on the side that knows none.
    assert rendered(renderer, checkout, None).cluster is None


@pytest.mark.usefixtures("plain")
def test_a_chart_that_asks_nothing_renders_for_every_cluster_at_once(
    checkout: Checkout, renderer: Renderer
) -> None:
    one = rendered(renderer, checkout, _KNOWN)
    assert one.cluster is None
    assert rendered(renderer, checkout, _AWAY).manifests is one.manifests


@pytest.mark.usefixtures("plain")
def test_the_words_of_a_chart_may_stand_in_its_metadata_its_values_or_an_archive(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    values = {"text": "{{ .Capabilities.KubeVersion }}"}
    assert rendered(renderer, checkout, _KNOWN, valuesObject=values).cluster == _CLUSTER
    origin.commit({"chart/Chart.yaml": f"{_METADATA}kubeVersion: '>=1.30'\n"})
    assert rendered(renderer, checkout, _KNOWN).cluster == _CLUSTER
    origin.commit({"chart/Chart.yaml": _METADATA})
    archive = origin.path / "chart/charts/sub-1.0.0.tgz"
    archive.parent.mkdir()
    archive.write_bytes(packed("nothing"))
    origin.commit({})
    assert rendered(renderer, checkout, _KNOWN).cluster is None
    archive.write_bytes(packed("{{ .Capabilities.KubeVersion }}"))
    origin.commit({})
    assert rendered(renderer, checkout, _KNOWN).cluster == _CLUSTER


def packed(text: str) -> bytes:
    """A subchart as `helm dependency build` leaves it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as files:
        for name, content in (("sub/Chart.yaml", _METADATA), ("sub/templates/_a.tpl", text)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            files.addfile(entry, io.BytesIO(content.encode()))
    return archive.getvalue()


@pytest.mark.usefixtures("asking")
def test_a_server_that_is_silent_matters_to_charts_that_name_its_group(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    def known(silent: str) -> Answer[Capabilities]:
        return Known(replace(_CLUSTER, silent=(silent,)), "cluster production")

    assert data_of(rendered(renderer, checkout, known("metrics.k8s.io/v1beta1"))) == ("v1.37.2", "true")
    error = refused(renderer, checkout, known("example.com/v1"))
    assert "what the cluster serves in example.com/v1 is not known" in error.message
    apis = ["example.com/v1/Gadget"]
    told = rendered(renderer, checkout, known("example.com/v1"), apiVersions=apis)
    assert data_of(told) == ("v1.37.2", "true")


@pytest.mark.usefixtures("plain")
def test_a_chart_that_refuses_the_version_of_its_cluster_is_an_error_there(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"chart/Chart.yaml": f"{_METADATA}kubeVersion: '>=1.99'\n"})
    error = refused(renderer, checkout, _KNOWN)
    assert error.code == RENDER_FAILED and str(error.position).startswith("chart/Chart.yaml:4:")
    assert error.message == "the chart requires Kubernetes >=1.99, and the cluster has 1.37.2"
    assert rendered(renderer, checkout, None).cluster is None
