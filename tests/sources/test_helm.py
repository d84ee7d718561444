import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from argosy.sources.errors import DEADLINE, INVALID_SOURCE, MISSING_PATH, RENDER_FAILED, UNSUPPORTED_SOURCE
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, config_map, failure, names

_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "chart/values.yaml": "color: red\nnested: {a: 1, b: 2}\nlist: [x]\n",
    "chart/templates/config.yaml": textwrap.dedent(
        """\
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{ .Release.Name }}-config, namespace: {{ .Release.Namespace }}}
        data:
          values: {{ .Values | toJson | quote }}
          kube: {{ .Capabilities.KubeVersion.Version | quote }}
          has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
        """
    ),
    "chart/templates/NOTES.txt": "Thank you",
    "chart/templates/tests/probe.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: probe, annotations: {helm.sh/hook: test}}\n"
    ),
    "chart/crds/thing.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: things.example.com}\n"
    ),
}


def values_of(renderer: Renderer, checkout: Checkout, **helm: Any) -> dict[str, Any]:
    import json

    rendering = renderer.render_now(checkout.request("chart", helm=helm))
    (config,) = (m.value for m in rendering.manifests if m.value["kind"] == "ConfigMap")
    values: dict[str, Any] = json.loads(config["data"]["values"])
    return values


def test_a_chart_renders_with_name_namespace_and_crds(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART)
    rendering = renderer.render_now(checkout.request("chart"))
    assert names(rendering) == ["things.example.com", "shop-config"]
    assert rendering.manifests[1].value["metadata"]["namespace"] == "prod"
    assert str(rendering.manifests[1].origin.position) == "chart/templates/config.yaml:1:1"
    helm = {"skipCrds": True, "releaseName": "other", "namespace": "there"}
    rendering = renderer.render_now(checkout.request("chart", helm=helm))
    assert names(rendering) == ["other-config"]
    assert rendering.manifests[0].value["metadata"]["namespace"] == "there"


def test_the_cluster_that_a_chart_sees_can_be_told(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART)
    helm = {"kubeVersion": "1.29.3", "apiVersions": ["example.com/v1"], "skipCrds": True}
    data = renderer.render_now(checkout.request("chart", helm=helm)).manifests[0].value["data"]
    assert (data["kube"], data["has"]) == ("v1.29.3", "true")


def test_values_are_merged_in_helms_order(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit(
        _CHART
        | {
            "chart/one.yaml": "color: green\nnested: {a: 10}\nfrom: one\n",
            "shared/two.yaml": "color: blue\n",
            "chart/text.txt": "line\n",
        }
    )
    values = values_of(
        renderer,
        checkout,
        valueFiles=["one.yaml", "/shared/two.yaml", "gone.yaml"],
        ignoreMissingValueFiles=True,
        values="ignored: true\n",
        valuesObject={"from": "object"},
        parameters=[
            {"name": "nested.b", "value": "20"},
            {"name": "text", "value": "20", "forceString": True},
            {"name": "app", "value": "$ARGOCD_APP_NAME,x"},
            {"name": "list[1]", "value": "y"},
            {"name": "many", "value": "{a,2,true}"},
            {"name": r"dotted\.key", "value": "z"},
        ],
        fileParameters=[{"name": "content", "path": "text.txt"}],
    )
    assert values["color"] == "blue" and values["from"] == "object" and "ignored" not in values
    assert values["nested"] == {"a": 10, "b": 20}
    assert values["text"] == "20" and values["app"] == "shop,x"
    assert values["many"] == ["a", 2, True] and values["dotted.key"] == "z" and values["content"] == "line\n"


def test_a_values_file_is_taken_from_another_source_and_never_from_outside(
    origin: Origin, checkout: Checkout, renderer: Renderer, tmp_path: Path
) -> None:
    other = Origin(tmp_path / "other")
    other.commit({"env/prod.yaml": "color: orange\n"})
    origin.commit(_CHART)
    reference = Checkout(other, checkout.repositories).request("").tree
    request = checkout.request(
        "chart", references={"values": reference}, helm={"valueFiles": ["$values/env/prod.yaml"]}
    )
    rendering = renderer.render_now(request)
    assert '"orange"' in rendering.manifests[1].value["data"]["values"]
    assert ("env/prod.yaml", "values") in {(item.path, item.reference) for item in rendering.inputs}
    for name, code in {
        "../../outside.yaml": "refused-path",
        "$unknown/x.yaml": INVALID_SOURCE,
        "gone.yaml": MISSING_PATH,
        "https://example.com/values.yaml": UNSUPPORTED_SOURCE,
    }.items():
        assert failure(renderer, checkout.request("chart", helm={"valueFiles": [name]})).code == code


def test_subcharts_come_from_the_charts_folder_or_from_a_file_url(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    sub = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}}\n"
    dependencies = (
        "dependencies:\n- {name: vendored, version: 1.0.0, condition: vendored.enabled}\n"
        "- {name: library, version: 1.0.0, repository: 'file://../library'}\n"
    )
    files = {"chart/Chart.yaml": _CHART["chart/Chart.yaml"] + dependencies}
    for name, folder in {"vendored": "chart/charts/vendored", "library": "library"}.items():
        files[f"{folder}/Chart.yaml"] = f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
        files[f"{folder}/templates/c.yaml"] = sub
    origin.commit(_CHART | files)
    helm: dict[str, Any] = {"skipCrds": True}
    assert sorted(names(renderer.render_now(checkout.request("chart", helm=helm)))) == [
        "library",
        "shop-config",
        "vendored",
    ]
    helm["parameters"] = [{"name": "vendored.enabled", "value": "false"}]
    assert sorted(names(renderer.render_now(checkout.request("chart", helm=helm)))) == [
        "library",
        "shop-config",
    ]


def test_a_subchart_that_was_switched_off_is_there_when_it_is_switched_on(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    dependency = "dependencies: [{name: sub, version: 1.0.0, condition: sub.enabled}]\n"
    origin.commit(
        {
            "chart/Chart.yaml": _CHART["chart/Chart.yaml"] + dependency,
            "chart/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
            "chart/charts/sub/templates/c.yaml": config_map("sub"),
        }
    )
    rendered = [
        names(renderer.render_now(checkout.request("chart", helm={"valuesObject": {"sub": {"enabled": on}}})))
        for on in (False, True)
    ]
    assert rendered == [[], ["sub"]]


def test_a_remote_dependency_that_is_not_vendored_is_an_error(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    remote = "dependencies: [{name: redis, version: 1.x, repository: 'https://charts.example.com'}]\n"
    origin.commit(_CHART | {"chart/Chart.yaml": _CHART["chart/Chart.yaml"] + remote})
    error = failure(renderer, checkout.request("chart"))
    assert error.code == UNSUPPORTED_SOURCE and "redis" in error.message


def test_the_schema_of_a_packed_subchart_is_passed_over_too(
    origin: Origin, checkout: Checkout, renderer: Renderer, tmp_path: Path
) -> None:
    sub = tmp_path / "sub"
    for name, text in {
        "Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "values.schema.json": '{"required": ["color"]}',
        "templates/c.yaml": config_map("sub"),
    }.items():
        (sub / name).parent.mkdir(parents=True, exist_ok=True)
        (sub / name).write_text(text)
    (origin.path / "chart" / "charts").mkdir(parents=True)
    with tarfile.open(origin.path / "chart" / "charts" / "sub-1.0.0.tgz", "w:gz") as archive:
        archive.add(sub, "sub")
    dependency = "dependencies: [{name: sub, version: 1.0.0}]\n"
    origin.commit({"chart/Chart.yaml": _CHART["chart/Chart.yaml"] + dependency})
    assert "color" in failure(renderer, checkout.request("chart")).message
    rendering = renderer.render_now(checkout.request("chart", helm={"skipSchemaValidation": True}))
    assert names(rendering) == ["sub"]


def test_a_chart_cannot_reach_the_network(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit(_CHART | {"chart/values.schema.json": '{"$ref": "http://example.invalid/schema.json"}'})
    error = failure(renderer, checkout.request("chart"))
    # The proxy that there is not, rather than a name that could have been found.
    assert error.code == RENDER_FAILED and "127.0.0.1:9" in error.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [("type: library", "library charts"), ("kubeVersion: '>=1.30'", "requires Kubernetes >=1.30")],
    ids=["library", "cluster too old"],
)
def test_a_chart_that_helm_would_not_install_is_an_error_and_not_empty(
    line: str, reason: str, origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART | {"chart/Chart.yaml": f"{_CHART['chart/Chart.yaml']}{line}\n"})
    error = failure(renderer, checkout.request("chart", helm={"kubeVersion": "v1.29.3-gke.1245000"}))
    assert error.code == RENDER_FAILED and reason in error.message
    assert str(error.position).startswith("chart/Chart.yaml:4:")
    origin.commit({"chart/Chart.yaml": f"{_CHART['chart/Chart.yaml']}kubeVersion: '>=1.29'\n"})
    rendering = renderer.render_now(checkout.request("chart", helm={"kubeVersion": "v1.29.3-gke.1245000"}))
    assert names(rendering) == ["things.example.com", "shop-config"]


def test_a_hook_that_helm_does_not_know_is_left_out_as_helm_does(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    hook = "metadata: {name: x, annotations: {helm.sh/hook: crd-install}}\n"
    origin.commit(_CHART | {"chart/templates/x.yaml": f"apiVersion: v1\nkind: Pod\n{hook}"})
    assert names(renderer.render_now(checkout.request("chart"))) == ["things.example.com", "shop-config"]


def test_a_template_that_fails_is_named_with_its_line(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(_CHART | {"chart/templates/bad.yaml": 'a: 1\nb: {{ fail "no luck" }}\n'})
    error = failure(renderer, checkout.request("chart"))
    assert error.code == RENDER_FAILED and "no luck" in error.message
    assert str(error.position).startswith("chart/templates/bad.yaml:2:")
    origin.commit({"chart/templates/bad.yaml": "kind: [\n"})
    error = failure(renderer, checkout.request("chart"))
    assert "chart/templates/bad.yaml" in error.message and error.code == RENDER_FAILED


def test_values_are_checked_against_the_charts_schema_unless_the_source_says_otherwise(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    schema = '{"type": "object", "properties": {"color": {"type": "string"}}}'
    origin.commit(_CHART | {"chart/values.schema.json": schema})
    helm = {"valuesObject": {"color": 5}}
    error = failure(renderer, checkout.request("chart", helm=helm))
    assert error.code == RENDER_FAILED and "color" in error.message
    assert values_of(renderer, checkout, **helm, skipSchemaValidation=True)["color"] == 5
    assert failure(renderer, checkout.request("chart", helm=helm)).message == error.message


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ range until 1000000000 }}{{ end }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}{{ end }}",
        '{{ $s := "xxxxxxxxxxxxxxxx" }}{{ range until 40 }}{{ $s = printf "%s%s" $s $s }}{{ end }}{{ $s }}',
    ],
    ids=["range", "for-ever", "doubling"],
)
def test_a_bomb_ends_in_an_error_and_the_next_chart_renders(
    bomb: str, origin: Origin, checkout: Checkout
) -> None:
    origin.commit(_CHART | {"bomb/Chart.yaml": _CHART["chart/Chart.yaml"], "bomb/templates/b.yaml": bomb})
    with Renderer(parallel=1, deadline=3, memory=400 << 20) as renderer:
        before = time.monotonic()
        error = failure(renderer, checkout.request("bomb"))
        assert error.code in (DEADLINE, RENDER_FAILED) and "bomb" in error.message
        assert time.monotonic() - before < 15
    with Renderer(parallel=1, deadline=30) as renderer:
        assert "shop-config" in names(renderer.render_now(checkout.request("chart")))


def test_a_killed_worker_is_replaced(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit(_CHART)
    renderer.render_now(checkout.request("chart"))
    for worker in renderer._helm._pool._idle:
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.wait()
    helm = {"releaseName": "again"}
    assert "again-config" in names(renderer.render_now(checkout.request("chart", helm=helm)))


def test_many_charts_render_at_once(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit(_CHART)
    requests = [checkout.request("chart", helm={"releaseName": f"r{n}", "skipCrds": True}) for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        rendered = [names(rendering) for rendering in pool.map(renderer.render_now, requests)]
    assert rendered == [[f"r{n}-config"] for n in range(24)]


_PARENT = """
    import sys
    from pathlib import Path
    from argosy.sources.helm_pool import HelmPool
    pool = HelmPool(1, deadline=60, memory=1 << 33, scratch=Path(sys.argv[1]))
    request = {"chart": "x", "release": "r", "namespace": "", "values": {}, "skip_crds": True}
    request |= {"skip_schema_validation": True, "kube_version": "", "api_versions": []}
    endless = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"
    chart = b"apiVersion: v2\\nname: x\\nversion: 1.0.0\\n"
    files = {"Chart.yaml": chart, "templates/a.yaml": endless.encode()}
    taken = HelmPool._take
    def noting(self):
        worker = taken(self)
        print(worker._process.pid, flush=True)
        return worker
    HelmPool._take = noting
    pool.ask("x", request, lambda: files)
"""


def test_a_worker_in_the_middle_of_a_chart_ends_with_its_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_PARENT), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    time.sleep(1.5)
    assert Path(f"/proc/{worker}").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        stat = Path(f"/proc/{worker}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(worker, signal.SIGKILL)
        pytest.fail("the worker outlived its parent")
    assert not list(tmp_path.glob("argosy-helm-*"))
