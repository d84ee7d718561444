"""A template and parameter sets become Applications. Argo CD's rules around the bare rendering."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

from argosy.compiler.dialect import Filler
from argosy.compiler.template_origins import TemplateOrigins, TemplatePlace
from argosy.compiler.template_patch import apply_template_patch
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.trees import leaves
from argosy.generators.parameters import Parameters
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.annotations import FINALIZER
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.origin import DeferredOrigin
from argosy.schemas.position import Path
from argosy.schemas.structure import normalize_application

__all__ = ["RenderedTemplate"]


class RenderedTemplate:
    """One generator's template, compiled. Raises `TemplateError` where it cannot be parsed."""

    def __init__(
        self,
        tree: Mapping[str, Any],
        applicationset: ApplicationSet,
        filler: Filler,
        place: TemplatePlace,
        namespace: str,
    ) -> None:
        spec = applicationset.manifest.get("spec") or {}
        self._tree = {"metadata": dict(tree.get("metadata") or {}), "spec": dict(tree.get("spec") or {})}
        self._namespace = namespace
        self._patch = spec.get("templatePatch")
        self._filler = filler
        self._adds_finalizer = not (spec.get("syncPolicy") or {}).get("preserveResourcesOnDeletion")
        name = str((applicationset.manifest.get("metadata") or {}).get("name", ""))
        self._origins = TemplateOrigins(self._tree, self._patch, place, filler, name)
        filled: dict[str, Any] = _without_nulls(self._tree)
        self._filled = tuple(path for path, text in leaves(filled) if "{{" in text)
        self._is_normal = self._patch is None and filler.keeps_shape and _is_normal(filled)
        try:
            self._render = filler.compile(filled)
        except TemplateError as error:
            raise self._origins.locate(error) from error

    def application(self, parameters: Parameters) -> Application:
        """The Application of one parameter set. Raises `TemplateError` or `PatchError`."""
        try:
            # Argo CD gives the template back unrendered where there is nothing to fill in.
            rendered: Any = self._render(parameters.values) if parameters.values else deepcopy(self._tree)
        except TemplateError as error:
            raise self._origins.locate(error, parameters) from error
        metadata = rendered["metadata"]
        if self._adds_finalizer and parameters.values and not metadata.get("finalizers"):
            metadata["finalizers"] = [FINALIZER]
        manifest: dict[str, Any] = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": metadata,
            "spec": rendered["spec"],
        }
        if self._patch is not None:
            manifest = self._patched(self._patch, manifest, parameters)
        manifest["metadata"]["namespace"] = self._namespace
        origin = DeferredOrigin(partial(self._origins.of, parameters, manifest))
        return Application(manifest, origin)

    def normalized(self, application: Application) -> Application:
        """The Application as Argo CD's controller normalizes it.

        Only empty values make a difference. So where the template has none of its own, and no string came
        out empty, there is nothing to do: that saves most of the time of a large set.
        """
        if self._is_normal and _all_filled(application.manifest, self._filled):
            return application
        return Application(normalize_application(application.manifest), application.origin)

    def _patched(self, patch: str, manifest: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
        try:
            text = self._filler(patch, parameters.values)
            return apply_template_patch(manifest, text if isinstance(text, str) else "")
        except ArgosyError as error:
            self._origins.locate_in_patch(error, parameters)
            raise


def _is_normal(tree: Mapping[str, Any]) -> bool:
    if any("{{" in key for key in _keys(tree)):
        return False
    manifest = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **tree}
    return normalize_application(manifest) == manifest


def _keys(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from _keys(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _keys(value)


def _all_filled(manifest: Mapping[str, Any], paths: Sequence[Path]) -> bool:
    for path in paths:
        value: Any = manifest
        for key in path:
            value = value[key]
        if not value:
            return False
    return True


def _without_nulls(tree: Any) -> Any:
    """Argo CD drops null entries of maps when it renders (and keeps them in lists)."""
    if isinstance(tree, dict):
        return {key: _without_nulls(value) for key, value in tree.items() if value is not None}
    if isinstance(tree, list):
        return [_without_nulls(value) for value in tree]
    return tree
