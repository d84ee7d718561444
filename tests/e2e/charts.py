"""Charts that the library and the program could render differently, each with the options of its source."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["BOMBS", "CHARTS", "Chart"]


def config_map(name: str, **data: str) -> str:
    lines = "".join(f"  {key}: {value}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{lines}"


def hooked(name: str, hook: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, annotations: {{helm.sh/hook: {hook}}}}}\n"


def definition(name: str) -> str:
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {name}.example.com}}\n"
    )


@dataclass(frozen=True)
class Chart:
    """`metadata` is added to a Chart.yaml, `files` lie below the chart, `helm` is `spec.source.helm`."""

    files: dict[str, str]
    metadata: str = ""
    helm: dict[str, Any] = field(default_factory=dict)
    fails: bool = False


_SUBCHART = {
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/sub/values.yaml": "color: red\nexported: {a: 1, b: 2}\n",
    "charts/sub/crds/c.yaml": definition("subs"),
    "charts/sub/templates/c.yaml": config_map("sub-{{ .Chart.Name }}", values="{{ toJson .Values | quote }}"),
    "charts/sub/templates/NOTES.txt": "Thank you, too",
}
_SUB = "name: sub, version: 1.0.0"
_DEEP = '{{ define "deep" }}\n{{ .Values.a.b.c }}{{ end }}\n'
_SCHEMA = '{"type": "object", "properties": {"color": {"type": "string"}}}'
_PASTED = f"---\n# Source: other/crds/pasted.yaml\n{definition('second')}"

CHARTS = {
    "nothing": Chart({"templates/a.yaml": "{{ if false }}a{{ end }}\n"}),
    "release": Chart(
        {
            "templates/a.yaml": config_map(
                "{{ .Release.Name }}",
                release="{{ .Release | toJson | quote }}",
                kube="{{ .Capabilities.KubeVersion.Version | quote }}",
                has='{{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}',
            ),
            "templates/NOTES.txt": "Thank you",
        },
        helm={
            "releaseName": "other",
            "namespace": "there",
            "kubeVersion": "1.29.3",
            "apiVersions": ["example.com/v1", "example.com/v1/Thing"],
        },
    ),
    "values": Chart(
        {
            "values.yaml": "gone: {a: 1, b: 2}\nbig: 12345678901234567\nhalf: 1.5\ndate: 2020-01-02\n",
            "templates/a.yaml": config_map("a", values="{{ toJson .Values | quote }}"),
        },
        helm={
            "valuesObject": {
                "gone": {"a": None},
                "large": 12345678901234567,
                "million": 1000000,
                "whole": 3.0,
                "text": "12",
                "on": "on",
                "lines": "a\n  b\n\n",
                "odd": "\u00e9\U0001f600\u0085\ttab: # no",
                "list": [1, "1", None, {}],
                "empty": "",
            }
        },
    ),
    "order": Chart(
        {
            "templates/z.yaml": config_map("z"),
            "templates/a.yaml": "---\n".join(
                [
                    "# first\n" + hooked("before", "pre-install,pre-upgrade"),
                    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
                    "\n",
                    "# nothing but words\n",
                    config_map("second"),
                    config_map("first"),
                    hooked("plain", "post-install"),
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: none}\n",
                    "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: s}}]\n",
                    "apiVersion: example.com/v1\nkind: Unknown\nmetadata: {name: u}\n",
                ]
            ),
            "templates/deep/er/m.yml": config_map("m"),
            "templates/j.json": '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "j"}}',
            "crds/b.yaml": f"{definition('first')}{_PASTED}",
            "crds/a.json": '{"apiVersion": "v1", "kind": "Definition", "metadata": {"name": "j"}}',
            "crds/README.md": "no manifest",
            "templates/crds/c.yaml": definition("templated"),
        }
    ),
    "source lines in a template": Chart(
        {
            "templates/a.yaml": f"---\n# Source: demo/templates/b.yaml\n{config_map('a')}"
            f"---\n# Source: demo/charts/x/templates/b.yaml\n{config_map('b')}"
        }
    ),
    "without definitions": Chart(
        {"crds/a.yaml": definition("a"), "templates/a.yaml": config_map("a")}, helm={"skipCrds": True}
    ),
    "tests": Chart(
        {
            "templates/tests/a.yaml": hooked("a", "test"),
            "templates/tests/b.yaml": hooked("b", "test-success"),
            "templates/b.yaml": hooked("c", "pre-delete"),
            "templates/c.yaml": hooked("d", "crd-install"),
            "templates/d.yaml": hooked("e", "Pre-Install ,test-failure"),
            "templates/e.yaml": hooked("f", "Pre-Install ,test"),
        }
    ),
    "subchart": Chart(
        _SUBCHART,
        metadata=f"dependencies: [{{{_SUB}, import-values: [{{child: exported, parent: got}}]}}]",
    ),
    "subchart off": Chart(
        {**_SUBCHART, "templates/a.yaml": config_map("a")},
        metadata=f"dependencies: [{{{_SUB}, condition: sub.enabled}}]",
        helm={"parameters": [{"name": "sub.enabled", "value": "false"}]},
    ),
    "subchart twice": Chart(
        _SUBCHART,
        metadata=f"dependencies: [{{{_SUB}, alias: one}}, {{{_SUB}, alias: two}}]",
        helm={"valuesObject": {"two": {"color": "blue"}}},
    ),
    "schema passed over": Chart(
        {"values.schema.json": _SCHEMA, "values.yaml": "color: 5\n", "templates/a.yaml": config_map("a")},
        helm={"skipSchemaValidation": True},
    ),
    "schema of a subchart that is off": Chart(
        {**_SUBCHART, "charts/sub/values.schema.json": _SCHEMA, "charts/sub/values.yaml": "color: 5\n"},
        metadata=f"dependencies: [{{{_SUB}, condition: sub.enabled}}]",
        helm={"valuesObject": {"sub": {"enabled": False}}},
    ),
    "files": Chart(
        {
            "text.txt": "some text",
            ".helmignore": "templates/ignored.yaml\n",
            "templates/ignored.yaml": "{{ fail }}",
            "templates/a.yaml": config_map("a", text='{{ .Files.Get "text.txt" }}'),
        }
    ),
    "text at the end": Chart(
        {
            "templates/a.yaml": config_map("a", text="|\n    one\n    two").rstrip(),
            "templates/b.yaml": config_map("b", text="|+\n    one\n\n") + "\n\n",
            "templates/c.yaml": config_map("c", text="|\n    one\n\n") + "---\n" + config_map("d"),
        }
    ),
    "lookup": Chart(
        {"templates/a.yaml": config_map("a", found='{{ lookup "v1" "Secret" "a" "b" | toJson | quote }}')}
    ),
    "schema": Chart({"values.schema.json": _SCHEMA, "values.yaml": "color: 5\n"}, fails=True),
    "schema elsewhere": Chart(
        {"values.schema.json": '{"$ref": "http://example.invalid/schema.json"}'}, fails=True
    ),
    "fail": Chart({"templates/a.yaml": 'a: 1\nb: {{ fail "no luck" }}\n'}, fails=True),
    "syntax": Chart({"templates/a.yaml": "a: 1\nb: {{ if }}\n"}, fails=True),
    "missing value": Chart({"templates/a.yaml": "a: 1\nb: {{ .Values.a.b.c }}\n"}, fails=True),
    "missing value far away": Chart(
        {"templates/a.yaml": 'a: 1\nb: {{ include "deep" . }}\n', "templates/_h.tpl": _DEEP}, fails=True
    ),
    "required": Chart({"templates/a.yaml": 'a: {{ required "give a" .Values.a }}\n'}, fails=True),
    "not yaml": Chart(
        {
            "crds/a.yaml": definition("a"),
            "templates/a.yaml": config_map("a"),
            "templates/b.yaml": f"{config_map('b')}---\nkind: [\n",
            "templates/c.yaml": config_map("c"),
        },
        fails=True,
    ),
    "not an object": Chart({"templates/a.txt": "some words\n"}, fails=True),
    "no kind": Chart({"templates/a.yaml": "apiVersion: v1\nmetadata: {name: a}\n"}, fails=True),
    "bad values": Chart({"values.yaml": "a: [\n", "templates/a.yaml": config_map("a")}, fails=True),
    "bad release name": Chart(
        {"templates/a.yaml": config_map("a")}, helm={"releaseName": "Bad_"}, fails=True
    ),
    "bad version of the cluster": Chart(
        {"templates/a.yaml": config_map("a")}, helm={"kubeVersion": "none"}, fails=True
    ),
    "bad metadata": Chart({"templates/a.yaml": config_map("a")}, metadata="version: ''", fails=True),
    "library chart": Chart({"templates/a.yaml": config_map("a")}, metadata="type: library", fails=True),
    "cluster too old": Chart(
        {"templates/a.yaml": config_map("a")},
        metadata="kubeVersion: '>=1.31.0-0'",
        helm={"kubeVersion": "1.29.3"},
        fails=True,
    ),
    "cluster new enough": Chart(
        {"templates/a.yaml": config_map("a")},
        metadata="kubeVersion: '>= 1.19.0-0, < 1.40.0 || ~1.50'",
        helm={"kubeVersion": "1.29.3"},
    ),
    "dependency missing": Chart(
        {"templates/a.yaml": config_map("a")},
        metadata="dependencies: [{name: gone, version: 1.0.0}, {name: lost, version: 1.0.0}]",
        fails=True,
    ),
}

_HUNDRED_THOUSAND = "{{ range until 100000 }}"
BOMBS = {
    "for-ever": 3 * _HUNDRED_THOUSAND + 3 * "{{ end }}",
    "doubling": '{{ $s := "xxxxxxxx" }}{{ range until 40 }}{{ $s = printf "%s%s" $s $s }}{{ end }}{{ $s }}',
}
