"""Whatever a change makes different is in what `affected` names: random repositories, random changes.

What is different is found without any shortcut here: both states are read and rendered whole.
"""

import json
import posixpath
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from argosy.cli.comparison.comparing import find_affected
from argosy.cli.comparison.options import Comparison, ComparisonOptions, open_comparison
from argosy.cli.comparison.reading import StateReader
from argosy.compiler.rollout import NodeKey
from argosy.schemas.knowledge import Unknown

from .clones import URL, Clone, application, config_map

_REPOSITORIES = 8
_CHANGES = 8


class RandomRepository:
    """Files of every kind that Applications read, and Applications and sets that read them in many ways."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.files: dict[str, str] = {}
        self.links: dict[str, str] = {}
        for add in (self._folders, self._kustomizations, self._charts, self._values, self._specifications):
            add()

    def _maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    def _folders(self) -> None:
        for name in ("plain/one", "plain/two"):
            self.files[f"{name}/a.yaml"] = config_map(posixpath.basename(name))
            self.files[f"{name}/b.yaml"] = config_map(f"{posixpath.basename(name)}-b")
            self.files[f"{name}/below/c.yaml"] = config_map(f"{posixpath.basename(name)}-c")
        if self._maybe(0.5):
            self.files["plain/one/.argocd-source.yaml"] = "directory: {recurse: true}\n"
        if self._maybe(0.5):
            self.links["plain/two/linked.yaml"] = "../../elsewhere/l.yaml"
            self.files["elsewhere/l.yaml"] = config_map("linked")

    def _kustomizations(self) -> None:
        generator = "configMapGenerator: [{name: generated, files: [text.txt]}]\n"
        self.files["base/kustomization.yaml"] = "resources: [a.yaml]\n" + generator * self._maybe(0.5)
        self.files["base/a.yaml"] = config_map("base")
        self.files["base/text.txt"] = "text"
        self.files["component/kustomization.yaml"] = (
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n"
        )
        self.files["component/a.yaml"] = config_map("component")
        self.files["patch/p.yaml"] = "- {op: add, path: /metadata/labels, value: {a: b}}\n"
        for name in ("overlay/one", "overlay/two"):
            self.files[f"{name}/kustomization.yaml"] = (
                "resources: [../../base]\n"
                + "components: [../../component]\n" * self._maybe(0.4)
                + "patches: [{path: ../../patch/p.yaml, target: {kind: ConfigMap}}]\n" * self._maybe(0.4)
            )
        if self._maybe(0.4):
            self.files["overlay/one/.argocd-source-two.yaml"] = "kustomize: {components: [../../component]}\n"

    def _charts(self) -> None:
        dependency = "dependencies: [{name: common, version: 0.1.0, repository: 'file://../common'}]\n"
        self.files["charts/web/Chart.yaml"] = (
            "apiVersion: v2\nname: web\nversion: 0.1.0\n" + dependency * self._maybe(0.5)
        )
        self.files["charts/web/values.yaml"] = "number: 1\n"
        self.files["charts/web/templates/a.yaml"] = config_map("{{ .Release.Name }}", "{{ .Values.number }}")
        self.files["charts/web/templates/b.yaml"] = config_map("file", '{{ .Files.Get "data.txt" }}')
        self.files["charts/web/data.txt"] = "data"
        self.files["charts/common/Chart.yaml"] = "apiVersion: v2\nname: common\nversion: 0.1.0\n"
        self.files["charts/common/templates/a.yaml"] = config_map("common", "{{ .Values.number }}")
        # A chart that deploys as many Applications as its values say.
        self.files["roots/chart/Chart.yaml"] = "apiVersion: v2\nname: root\nversion: 0.1.0\n"
        self.files["roots/chart/templates/a.yaml"] = (
            "{{ range until (int .Values.number) }}\n---\n"
            + application("made-{{ . }}", "plain/one")
            + "{{ end }}\n"
        )

    def _values(self) -> None:
        for number, name in enumerate(("low", "high", "one"), start=2):
            self.files[f"values/{name}.yaml"] = f"number: {number}\n"
            self.files[f"config/{name}/c.json"] = json.dumps({"name": name, "values": name})

    def _specifications(self) -> None:
        for name in ("one", "two", "three", "four"):
            path, options = self.chance.choice(self._sources())
            self.files[f"apps/{name}.yaml"] = application(name, path, source=options)
        if self._maybe(0.5):
            options = "\n    helm: {valueFiles: [../../values/low.yaml]}"
            self.files["apps/root.yaml"] = application("root", "roots/chart", source=options)
        pattern = self.chance.choice(["plain/*", "overlay/*", "*/*", "charts/web"])
        self.files["apps/folders.yaml"] = _set(
            "folders",
            f"directories: [{{path: '{pattern}'}}]",
            "f-{{.path.basename}}",
            "path: '{{.path.path}}'",
        )
        pattern = self.chance.choice(["config/*/c.json", "config/**/c.json", "config/low/c.json"])
        helm = "path: charts/web, helm: {valueFiles: ['../../values/{{.values}}.yaml']}"
        self.files["apps/data.yaml"] = _set("data", f"files: [{{path: '{pattern}'}}]", "d-{{.name}}", helm)

    def _sources(self) -> list[tuple[str, str]]:
        directory = self.chance.choice(["", "\n    directory: {recurse: true, exclude: b.yaml}"])
        values = self.chance.choice(
            ["../../values/low.yaml", "/values/high.yaml", "../../values/$ARGOCD_APP_NAME.yaml"]
        )
        missing = ", ignoreMissingValueFiles: true" * self._maybe(0.5)
        return [
            ("plain/one", directory),
            ("plain/two", directory),
            ("overlay/one", ""),
            ("overlay/two", "\n    kustomize: {components: [../../component]}" * self._maybe(0.5)),
            ("charts/web", ""),
            ("charts/web", f"\n    helm: {{valueFiles: ['{values}']{missing}}}"),
            ("charts/web", "\n    helm: {fileParameters: [{name: number, path: ../../values/one.yaml}]}"),
        ]

    def write(self, clone: Clone) -> None:
        for name, target in self.links.items():
            clone.link(name, target)
        clone.commit(self.files)

    def change(self, place: Path) -> str:
        """Changes something of the work tree and says what."""
        top = self.chance.choice(sorted({each.partition("/")[0] for each in self.files}))
        name = self.chance.choice(sorted(each for each in self.files if each.startswith(f"{top}/")))
        file = place / name
        changes: list[Callable[[], object]] = [
            lambda: file.write_text(self._edited(file.read_text())),
            lambda: file.write_text(self._edited(file.read_text())),
            file.unlink,
            lambda: file.rename(file.with_name(f"new-{file.name}")),
            lambda: file.parent.rename(file.parent.with_name(f"{file.parent.name}-new")),
            lambda: file.with_name(f"more-{file.name}").write_text(config_map("more")),
        ]
        number = self.chance.randrange(len(changes))
        changes[number]()
        return f"{number} {name}"

    def _edited(self, text: str) -> str:
        words = ('value: "1"', "number: ", "text", "low", "one", "../../base", "plain", "data", "name: ")
        found = [each for each in words if each in text]
        if not found:
            return f"{text}# a comment\n"
        word = self.chance.choice(found)
        other = {"low": "high", "one": "two", "number: ": "number: 1", "../../base": "../../component"}
        return text.replace(word, other.get(word, f"{word}x"), 1)


def _set(name: str, generator: str, generated: str, source: str) -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: {name}, namespace: argocd}}
spec:
  goTemplate: true
  generators:
    - git: {{repoURL: {URL}, revision: main, {generator}}}
  template:
    metadata: {{name: '{generated}'}}
    spec:
      project: default
      source: {{repoURL: {URL}, targetRevision: main, {source}}}
      destination: {{server: https://kubernetes.default.svc, namespace: apps}}
"""


def _whole(reader: StateReader) -> Mapping[NodeKey, object]:
    """What every set generates and every Application renders to, or that it is unknown."""
    found = reader.read()
    result: dict[NodeKey, object] = {}
    for key, member in found.members.items():
        below: object = {child.key: child.value for child in found.children.get(key, ())}
        if key.kind == "Application":
            answer = reader.render(member)
            below = None if isinstance(answer, Unknown) else [each.value for each in answer.value]
        result[key] = (member.value, below, key in found.unknown_children)
    return result


@pytest.mark.parametrize("seed", range(_REPOSITORIES))
def test_nothing_that_differs_escapes(clone: Clone, seed: int) -> None:
    chance = random.Random(seed)
    repository = RandomRepository(chance)
    repository.write(clone)
    comparison: Comparison
    with open_comparison(ComparisonOptions()) as comparison:
        before = _whole(comparison.old)
    for _ in range(_CHANGES):
        done = repository.change(clone.path)
        with open_comparison(ComparisonOptions()) as comparison:
            found = find_affected(comparison.old, comparison.new, comparison.states.changed)
        with open_comparison(ComparisonOptions()) as comparison:
            after = _whole(comparison.new)
        keys = before.keys() | after.keys()
        differing = {key for key in keys if before.get(key) != after.get(key)}
        assert differing <= {each.key for each in found}, f"after {done}"
        clone.git("reset", "--quiet", "--hard")
        clone.git("clean", "--quiet", "--force", "-d")
