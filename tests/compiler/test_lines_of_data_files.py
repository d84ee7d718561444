"""A wrong value in a data file is reported at that file's line, whatever way it takes into an Application.

Sets are drawn at random: the shape of the files, the dialect, the generators around, and the way on which a
value reaches the label `at`, which only the wrong value cannot be.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.expansion import Expansion, expand
from argosy.schemas.knowledge import Known
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import read_documents

WRONG = "no label at all"
URL = "https://git.example.com/org/repo.git"
KEYS = st.sampled_from(["a", "b2", "hosts", "env", "app_name", "x"])
WORDS = st.sampled_from(["web", "api", "a", "7x", "dev", "true-ish"])


@dataclass(frozen=True)
class Files:
    """The files of the one repository."""

    contents: dict[str, str]
    revision: str = field(default="0" * 40)

    def files(self) -> list[str]:
        return sorted(self.contents)

    def read(self, path: str) -> bytes:
        return self.contents[path].encode()

    def has_directory(self, path: str) -> bool:
        return True


@dataclass(frozen=True)
class Data:
    """A file with a value at a path, which is the wrong one."""

    text: str
    path: Path

    @property
    def line(self) -> int:
        """The only line that holds the wrong value."""
        return next(number for number, each in enumerate(self.text.split("\n"), 1) if WRONG in each)


@st.composite
def data_files(draw: st.DrawFn, top: str) -> Data:
    """Maps and lists below one key of a file's map, with comments and blank lines around."""
    path: list[str | int] = [top]
    for _ in range(draw(st.integers(1, 3))):
        path.append(draw(st.integers(0, 2)) if draw(st.booleans()) else draw(KEYS))
    tree: Any = WRONG
    for step in reversed(path[1:]):
        if isinstance(step, int):
            tree = [*(f"o{index}" for index in range(step)), tree, "after"]
        else:
            others = {key: draw(WORDS) for key in draw(st.lists(KEYS, max_size=3))}
            tree = {**others, step: tree}
            if draw(st.booleans()):
                tree["last"] = tree.pop(step)
                tree[step] = tree.pop("last")
    style = draw(st.sampled_from([False, None]))
    lines = yaml.safe_dump({f"{top}_first": "w", top: tree}, default_flow_style=style, sort_keys=False)
    spaced = []
    for line in lines.splitlines():
        spaced += draw(st.sampled_from([[], [""], ["# a comment"]]))
        spaced.append(line)
    return Data("\n".join(spaced) + "\n", tuple(path))


def reference(path: Path, dialect: str) -> str:
    """The tag that gives the value at a path."""
    if dialect == "fasttemplate":
        return f"{{{{{'.'.join(map(str, path))}}}}}"
    if dialect == "jinja2":
        return (
            "{{ " + "".join(f"[{step!r}]" for step in path).replace(f"['{path[0]}']", str(path[0]), 1) + " }}"
        )
    if all(isinstance(step, str) for step in path):
        return f"{{{{ .{'.'.join(map(str, path))} }}}}"
    steps = " ".join(f'"{step}"' if isinstance(step, str) else str(step) for step in path)
    return f"{{{{ index . {steps} }}}}"


def git(pattern: str, prefix: str) -> dict[str, Any]:
    files = [{"path": pattern}]
    return {"git": {"repoURL": URL, "revision": "main", "files": files, "pathParamPrefix": prefix}}


def matrix(*generators: dict[str, Any]) -> dict[str, Any]:
    return {"matrix": {"generators": list(generators)}}


@st.composite
def application_sets(draw: st.DrawFn) -> tuple[str, Files, str, int]:
    """A set in YAML, its repository, and the place of the wrong value."""
    dialect = draw(st.sampled_from(["go", "fasttemplate", "jinja2"]))
    first, second = draw(data_files("one")), draw(data_files("two"))
    files = Files({"data/one.yaml": first.text, "more/two.yaml": second.text.replace(WRONG, "fine")})
    tag, label, patch = reference(first.path, dialect), "", None
    ways = ["template", "values", "element", "elements-text", "patch"]
    ways += ["elements-json", "patch-loop"] if dialect == "go" else []
    way = draw(st.sampled_from(ways))
    source, other = git("data/*.yaml", "p"), git("more/*.yaml", "q")
    if way == "values":
        source["git"]["values"] = {"unrelated": "x", "at": tag}
        label = reference(("values", "at"), dialect)
        # As a later child they would be filled by the earlier one first, where `index` finds nothing.
        later = [] if "index" in tag else [matrix(other, source)]
        generator = draw(st.sampled_from([source, matrix(source, other), *later]))
    elif way == "element":
        element = {"plain": "x", "at": tag}
        generator = matrix(source, {"list": {"elements": [element]}})
        label = reference(("at",), dialect)
    elif way == "elements-text":
        text = f"# of a matrix\n- plain: x\n  at: {tag}\n"
        generator = matrix(source, {"list": {"elementsYaml": text}})
        label = reference(("at",), dialect)
    elif way == "elements-json":
        text = '[{"plain": "x", "at": {{ ' + tag.strip("{} ") + " | toJson }}}]"
        generator = matrix(source, {"list": {"elementsYaml": text}})
        label = reference(("at",), dialect)
    else:
        generator = draw(st.sampled_from([source, matrix(source, other), matrix(other, source)]))
        label = tag
    if way == "patch":
        label, patch = "x", f'metadata:\n  labels:\n    "at": {tag}\n'
    if way == "patch-loop":
        parent = reference(first.path[:-1], dialect).strip("{} ")
        loop = f"{{{{- range $key, $value := {parent} }}}}\n    l{{{{ $key }}}}: {{{{ $value }}}}\n"
        label, patch = "x", f"metadata:\n  labels:\n    {loop}    {{{{- end }}}}\n"
    if draw(st.booleans()):
        generator = matrix(generator, {"list": {"elements": [{"stage": "s"}]}})
    spec: dict[str, Any] = {
        "goTemplate": dialect == "go",
        "generators": [generator],
        "template": {
            "metadata": {"name": "app", "labels": {"at": label}},
            "spec": {
                "project": "default",
                "source": {"repoURL": URL, "path": "a"},
                "destination": {"server": "https://kubernetes.default.svc"},
            },
        },
    }
    if patch is not None:
        spec["templatePatch"] = patch
    annotations = {"argosy.dev/template-engine": "jinja2"} if dialect == "jinja2" else {}
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "set", "annotations": annotations},
        "spec": spec,
    }
    return yaml.safe_dump(manifest, sort_keys=False), files, "data/one.yaml", first.line


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(application_sets())
def test_a_wrong_value_is_reported_at_its_line(drawn: tuple[str, Files, str, int]) -> None:
    text, files, file, line = drawn
    (document,) = read_documents(text, "set.yaml")
    world = OfflineWorld(ManifestWorld((), "argocd", "none"), lambda *_: Known(files, "drawn"), {})
    assert isinstance(document.value, dict)
    found = expand(ApplicationSet(document.value, document), world)
    assert isinstance(found, Expansion)
    wrong = [each for each in found.findings if each.code == "invalid-metadata"]
    assert wrong, found.findings
    for finding in wrong:
        assert finding.position is not None
        places = [finding.position, *(each.position for each in finding.related if each.position)]
        found_at = [(each.file, each.line) for each in places]
        assert (file, line) in found_at, (found_at, text, files.contents[file])
        templates = [each.position for each in finding.related if each.is_template]
        # It stands at the only line that gave the value, with the template behind it.
        assert [(file, line), "set.yaml"] == [found_at[0], *(each.file for each in templates if each)] or (
            finding.position.file == "set.yaml" and not templates
        )
