"""The oci generator: directories or files of an OCI artifact at a tag or digest."""

from collections.abc import Mapping, Sequence

from argosy.generators.generator import Context
from argosy.generators.parameters import Parameters
from argosy.generators.tree_parameters import tree_parameters
from argosy.schemas.position import Path

__all__ = ["Oci"]


class Oci:
    """`oci`: `directories`, or `files` where no directories are given. The world's tree is the artifact."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        return tree_parameters("oci", spec, path, context)
