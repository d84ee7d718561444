"""The git generator: directories or files of a repository at a revision."""

from collections.abc import Mapping, Sequence

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.parameters import Parameters
from argosy.generators.tree_parameters import tree_parameters
from argosy.schemas.knowledge import Known
from argosy.schemas.position import Path

__all__ = ["Git"]


class Git:
    """`git`: `directories`, or `files` where no directories are given."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        _check_project(path, context)
        return tree_parameters("git", spec, path, context)


def _check_project(path: Path, context: Context) -> None:
    """Argo CD reads the project of the template first, unless that is a template itself."""
    projects = context.world.projects()
    if "{{" not in context.project and isinstance(projects, Known) and context.project not in projects.value:
        raise GeneratorError(
            f"the template's project `{context.project}` does not exist", position=context.locate(path)
        )
