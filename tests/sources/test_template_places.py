"""Lines of templates for what the real Helm renders from them."""

from collections.abc import Iterator
from typing import Any

import pytest

from argosy.schemas.position import Path, Position
from argosy.sources.manifest import Manifest
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin

_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "chart/templates/_helpers.tpl": """\
{{- define "demo.labels" }}
app: {{ .Release.Name }}
{{- end }}
{{- define "demo.service" -}}
apiVersion: v1
kind: Service
metadata: {name: from-a-helper}
{{- end }}
""",
}
_WORKLOAD = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  labels:
    {{- include "demo.labels" . | nindent 4 }}
    track: stable
  annotations: {note: one, "port": "2", who: {{ .Release.Name }}}
  {{- /* a comment: no key */}}
spec:
  {{- if not .Values.autoscaled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  {{- if .Values.fast }}
  minReadySeconds: 3
  {{- else }}
  minReadySeconds: 7
  {{- end }}
  {{- if .Values.fast }}
  progressDeadlineSeconds: {{ .Values.deadline }}
  {{- else }}
  progressDeadlineSeconds: {{ .Values.deadline }}
  {{- end }}
  template:
    metadata:
      labels: {{- include "demo.labels" . | nindent 8 }}
    spec:
      {{- toYaml .Values.more | nindent 6 }}
      containers:
      - name: main
        image: "registry.example.com/{{ .Values.image }}:1"
        env:
        {{- range .Values.variables }}
        - name: {{ .name }}
          value: {{ .value | quote }}
        {{- end }}
        - name: LITERAL
          value: found
        args: [--port, "80"]
        command:
        - sh
        - -c # a word
      - name: sidecar
        image: sidecar:1
        {{- with .Values.extra }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: one
data:
  script: |
    track: text, not a key
    {{ .Values.image }}
  last: "end"
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: two
data: {}
"""
_VALUES = {
    "enabled": True,
    "replicas": 2,
    "deadline": 60,
    "image": "demo",
    "variables": [{"name": "A", "value": "x"}, {"name": "B", "value": "y"}],
    "more": {"hostNetwork": True},
    "extra": {"tty": True},
}


@pytest.fixture
def told(origin: Origin, checkout: Checkout, renderer: Renderer) -> Any:
    """What is marked for a field of the object of a name."""
    origin.commit({**_CHART, "chart/templates/workload.yaml": _WORKLOAD})
    request = checkout.request("chart", helm={"valuesObject": _VALUES})
    manifests = {
        each.value["metadata"]["name"]: each.origin_in(request.tree)
        for each in renderer.render_now(request).manifests
    }

    def ask(name: str, *path: str | int, key: bool = False) -> str:
        position = manifests[name].position_of(path, key)
        assert position is not None and position.file == "chart/templates/workload.yaml"
        return f"{position.line}: {_marked(_WORKLOAD, position)}"

    return ask


def _marked(text: str, position: Position) -> str:
    return text.split("\n")[position.line - 1][position.column - 1 : position.end_column - 1]


_POD = ("spec", "template", "spec")
_MAIN = (*_POD, "containers", 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("kind",), "3: Deployment"),
        (("metadata", "name"), "5: {{ .Release.Name }}-web"),
        (("metadata", "labels", "track"), "8: stable"),
        (("metadata", "annotations", "note"), "9: one"),
        (("metadata", "annotations", "port"), '9: "2"'),
        (("metadata", "annotations", "who"), "9: {{ .Release.Name }}"),
        (("spec", "replicas"), "13: {{ .Values.replicas }}"),
        ((*_MAIN, "image"), '32: "registry.example.com/{{ .Values.image }}:1"'),
        ((*_MAIN, "env", 2, "value"), "39: found"),
        ((*_MAIN, "command", 1), "43: -c"),
        ((*_POD, "containers", 1, "image"), "45: sidecar:1"),
    ],
)
def test_a_field_that_a_template_writes_out_is_found(told: Any, path: Path, expected: str) -> None:
    assert told("shop-web", *path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("metadata", "labels", "app"), '7: {{- include "demo.labels" . | nindent 4 }}'),
        (("spec", "template", "metadata", "labels", "app"), "27: labels"),
        ((*_POD, "hostNetwork"), "29: {{- toYaml .Values.more | nindent 6 }}"),
        ((*_MAIN, "env", 0, "value"), "36: {{ .value | quote }}"),
        ((*_MAIN, "env", 1, "value"), "36: {{ .value | quote }}"),
        ((*_POD, "containers", 1, "tty"), "47: {{- toYaml . | nindent 8 }}"),
    ],
)
def test_what_only_one_action_can_have_printed_stands_there(told: Any, path: Path, expected: str) -> None:
    assert told("shop-web", *path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("spec", "minReadySeconds"), "18: 7"),  # the other branch says 3
        (("spec", "progressDeadlineSeconds"), "11: spec"),  # both branches may have printed it
        ((*_MAIN, "args", 1), "40: args"),
        (("spec", "paused"), "11: spec"),
    ],
)
def test_where_several_lines_may_be_meant_the_field_around_them_is_told(
    told: Any, path: Path, expected: str
) -> None:
    assert told("shop-web", *path) == expected


def test_documents_of_one_kind_are_told_apart_by_name_and_a_text_has_no_keys(told: Any) -> None:
    assert told("one", "data", "last") == '59: "end"'
    assert told("one", "data", "script", key=True) == "56: script"
    assert told("two", "data") == "65: {}"


def test_only_the_branch_that_was_printed_is_looked_at(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    template = """\
apiVersion: v1
{{- if .Values.secret }}
kind: Secret
metadata: {name: either}
{{- else }}
kind: ConfigMap
metadata: {name: either}
{{- end }}
data:
  a: {{ .Values.a }}
"""
    origin.commit({**_CHART, "chart/templates/either.yaml": template})
    for secret, line in ((True, 4), (False, 7)):
        request = checkout.request("chart", helm={"valuesObject": {"secret": secret, "a": "x"}})
        (manifest,) = renderer.render_now(request).manifests
        found = manifest.origin_in(request.tree).position_of(("metadata", "name"))
        assert found is not None and found.line == line


def test_what_comes_from_a_helper_stands_at_the_file_only(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    own = "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Release.Name }}}\n"
    included = own + '---\n{{ include "demo.service" . }}\n'
    origin.commit({**_CHART, "chart/templates/service.yaml": included})
    request = checkout.request("chart")
    for each in renderer.render_now(request).manifests:
        found = each.origin_in(request.tree)
        assert str(found.position_of(("metadata", "name"))) == "chart/templates/service.yaml:1:1"


def test_actions_in_the_texts_of_actions_are_none(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    template = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: alert}
data:
  {{- if .Values.absent }}
  text: {{ `{{ if .Values.of }}another template{{ end }}` | quote }}
  from: there
  {{- end }}
  {{- include "demo.from" . | nindent 2 }}
  summary: "{{`{{ $labels.pod }}`}} is down" # "in" {{ "}}" }}
  quoted: "a #b {{ "x" }}" # c
"""
    helper = '{{- define "demo.from" }}\nfrom: there\n{{- end }}\n'
    origin.commit({**_CHART, "chart/templates/_from.tpl": helper, "chart/templates/alert.yaml": template})
    request = checkout.request("chart")
    (manifest,) = renderer.render_now(request).manifests
    places = manifest.origin_in(request.tree)

    def told(key: str) -> str:
        found = places.position_of(("data", key))
        assert found is not None
        return f"{found.line}: {_marked(template, found)}"

    assert told("from") == "4: data"
    assert told("summary") == '10: "{{`{{ $labels.pod }}`}} is down"'
    assert told("quoted") == '11: "a #b {{ "x" }}"'


def test_no_other_literal_is_ever_told(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    """Each literal of this template is there once, so that a wrong line would show."""
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: all", "data:"]
    for number in range(12):
        lines += [f"  {{{{- if eq (mod {number} 3) 0 }}}}", f"  k{number}: a{number}", "  {{- else }}"]
        lines += [f"  k{number}: b{number}", "  {{- end }}", f"  k{number}x: c{number}"]
    origin.commit({**_CHART, "chart/templates/all.yaml": "\n".join(lines)})
    request = checkout.request("chart")
    (manifest,) = renderer.render_now(request).manifests
    leaves = list(_leaves(manifest))
    assert len(leaves) == 24
    for key, value in leaves:
        position = manifest.origin_in(request.tree).position_of(("data", key))
        assert position is not None and _marked("\n".join(lines), position) == value


def _leaves(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield from manifest.value["data"].items()


def test_a_template_of_a_chart_that_another_one_needs_is_found_where_it_lies(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: below}\n"
    library = {
        "library/Chart.yaml": "apiVersion: v2\nname: library\nversion: 1.0.0\n",
        "library/templates/below.yaml": template,
    }
    chart = {
        "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n"
        "- name: library\n  version: 1.0.0\n  repository: file://../library\n"
    }
    origin.commit(library | chart)
    request = checkout.request("chart")
    (manifest,) = renderer.render_now(request).manifests
    found = manifest.origin_in(request.tree)
    assert str(found.position) == "library/templates/below.yaml:2:1"
    assert [str(each.position) for each in found.chain] == ["chart/Chart.yaml:5:9"]
