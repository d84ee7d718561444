"""A template and parameter sets become Applications. Argo CD's rules around the bare rendering."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from argosy.compiler.dialect import Filler
from argosy.compiler.template_patch import apply_template_patch
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.names import names_read
from argosy.compiler.templating.trees import leaves
from argosy.generators.parameters import Parameters, flatten
from argosy.schemas.finding import ArgosyError, Related
from argosy.schemas.model.annotations import FINALIZER
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.origin import DeferredOrigin, Origin
from argosy.schemas.position import Path, Position
from argosy.schemas.structure import normalize_application

__all__ = ["RenderedTemplate", "TemplatePlace"]

_NO_ENTRY = re.compile(r'map has no entry for key "(?P<key>.*)"')


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """Where the fields of a merged template stand: in the generator's own template or in the set's."""

    generator: Path
    own: Mapping[str, object]
    locate: Callable[[Path], Position | None]

    def position(self, path: Path = ()) -> Position | None:
        """The line of a field of the template."""
        if path and _reaches(self.own, path):
            return self.locate((*self.generator, "template", *path))
        return self.locate(("spec", "template", *path))


def _reaches(tree: object, path: Path) -> bool:
    for key in path:
        try:
            tree = tree[key]  # type: ignore[index]  # what cannot be indexed is not reached
        except (KeyError, IndexError, TypeError):
            return False
    # An empty value of the generator's own template does not count.
    return bool(tree)


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
        self._place = place
        self._namespace = namespace
        self._patch = spec.get("templatePatch")
        self._filler = filler
        self._adds_finalizer = not (spec.get("syncPolicy") or {}).get("preserveResourcesOnDeletion")
        self._set_name = str((applicationset.manifest.get("metadata") or {}).get("name", ""))
        filled: dict[str, Any] = _without_nulls(self._tree)
        self._filled = tuple(path for path, text in leaves(filled) if "{{" in text)
        self._is_normal = self._patch is None and filler.keeps_shape and _is_normal(filled)
        try:
            self._render = filler.compile(filled)
        except TemplateError as error:
            raise self._located(error) from error

    def application(self, parameters: Parameters) -> Application:
        """The Application of one parameter set. Raises `TemplateError` or `PatchError`."""
        try:
            # Argo CD gives the template back unrendered where there is nothing to fill in.
            rendered: Any = self._render(parameters.values) if parameters.values else deepcopy(self._tree)
        except TemplateError as error:
            raise self._located(error, parameters) from error
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
            manifest = self._patched(manifest, parameters)
        manifest["metadata"]["namespace"] = self._namespace
        origin = DeferredOrigin(partial(self._origin, parameters))
        return Application(manifest, origin)

    def normalized(self, application: Application) -> Application:
        """The Application as Argo CD's controller normalizes it.

        Only empty values make a difference. So where the template has none of its own, and no string came
        out empty, there is nothing to do: that saves most of the time of a large set.
        """
        if self._is_normal and _all_filled(application.manifest, self._filled):
            return application
        return Application(normalize_application(application.manifest), application.origin)

    def _patched(self, manifest: dict[str, Any], parameters: Parameters) -> dict[str, Any]:
        position = self._place.locate(("spec", "templatePatch"))
        related = self._origin(parameters).chain
        try:
            text = self._filler(self._patch, parameters.values)
            return apply_template_patch(manifest, text if isinstance(text, str) else "")
        except ArgosyError as error:
            error.position = position
            error.related = (*error.related, *related)
            raise

    def _origin(self, parameters: Parameters) -> Origin:
        origin = parameters.origin
        first = Related(f"generated by this element of ApplicationSet {self._set_name}", origin.position)

        def trace(path: Path) -> tuple[Position, ...]:
            return tuple(chain.from_iterable(map(origin.trace, names_read(self._tree, path))))

        return Origin(self._place.position(("metadata", "name")), (first, *origin.chain), trace)

    def _located(self, error: TemplateError, parameters: Parameters | None = None) -> TemplateError:
        error.position = self._place.position(error.path)
        if parameters is not None:
            error.related = (*error.related, *self._origin(parameters).chain_at(error.path))
            error.hint = error.hint or _nearest_parameter(error.go_text, parameters)
        return error


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


def _nearest_parameter(go_text: str, parameters: Parameters) -> str:
    """A hint for a key that no map has: the nearest one that this parameter set has."""
    missing = _NO_ENTRY.search(go_text)
    if missing is None:
        return ""
    # Imported only to word an error.
    from difflib import get_close_matches

    names = dict.fromkeys(name for key in flatten(parameters.values) for name in key.split("."))
    near = get_close_matches(missing["key"], names, n=1)
    return f"did you mean `{near[0]}`?" if near else f"this element has {', '.join(parameters.values)}"


def _without_nulls(tree: Any) -> Any:
    """Argo CD drops null entries of maps when it renders (and keeps them in lists)."""
    if isinstance(tree, dict):
        return {key: _without_nulls(value) for key, value in tree.items() if value is not None}
    if isinstance(tree, list):
        return [_without_nulls(value) for value in tree]
    return tree
