"""An Application's source: where its manifests come from, and the options of each way to render them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from argosy.schemas.model.fields import flag, mapping, mappings, string_map, text, texts

__all__ = [
    "Directory",
    "Helm",
    "HelmParameter",
    "Jsonnet",
    "JsonnetVariable",
    "Kustomize",
    "Plugin",
    "Source",
    "SourceType",
]


class SourceType(StrEnum):
    """How a source is rendered, where its options say so."""

    DIRECTORY = "Directory"
    HELM = "Helm"
    KUSTOMIZE = "Kustomize"
    PLUGIN = "Plugin"


@dataclass(frozen=True, slots=True)
class HelmParameter:
    """One `--set` of a chart; `force_string` makes it a `--set-string`."""

    name: str
    value: str
    force_string: bool = False


@dataclass(frozen=True)
class Helm:
    """Options of a Helm source."""

    manifest: Mapping[str, Any]

    @property
    def release_name(self) -> str:
        """The release's name, empty for the Application's."""
        return text(self.manifest, "releaseName")

    @property
    def value_files(self) -> tuple[str, ...]:
        """Values files, the later ones over the earlier; `$ref/path` names a file of another source."""
        return texts(self.manifest, "valueFiles")

    @property
    def values(self) -> str:
        """Values as a YAML text, over those of the files."""
        return text(self.manifest, "values")

    @property
    def values_object(self) -> Mapping[str, Any] | None:
        """Values as a mapping; where given, `values` does not count."""
        value = self.manifest.get("valuesObject")
        return value if isinstance(value, Mapping) else None

    @property
    def parameters(self) -> tuple[HelmParameter, ...]:
        """Single values, over everything else."""
        return tuple(
            HelmParameter(text(item, "name"), text(item, "value"), flag(item, "forceString"))
            for item in mappings(self.manifest, "parameters")
        )

    @property
    def file_parameters(self) -> tuple[tuple[str, str], ...]:
        """Name and path of values that are a file's content."""
        return tuple((text(i, "name"), text(i, "path")) for i in mappings(self.manifest, "fileParameters"))

    @property
    def ignore_missing_value_files(self) -> bool:
        """Whether values files that do not exist are passed over."""
        return flag(self.manifest, "ignoreMissingValueFiles")

    @property
    def namespace(self) -> str:
        """The namespace that the chart sees, empty for the destination's."""
        return text(self.manifest, "namespace")

    @property
    def kube_version(self) -> str:
        """The Kubernetes version that the chart sees, empty for the cluster's."""
        return text(self.manifest, "kubeVersion")

    @property
    def api_versions(self) -> tuple[str, ...]:
        """The API versions that the chart sees, empty for the cluster's."""
        return texts(self.manifest, "apiVersions")

    @property
    def pass_credentials(self) -> bool:
        """Whether credentials go to every domain that the chart's dependencies name."""
        return flag(self.manifest, "passCredentials")

    @property
    def skip_crds(self) -> bool:
        """Whether the chart's `crds/` folder is left out."""
        return flag(self.manifest, "skipCrds")

    @property
    def skip_tests(self) -> bool:
        """Whether the chart's test hooks are left out."""
        return flag(self.manifest, "skipTests")

    @property
    def skip_schema_validation(self) -> bool:
        """Whether the chart's values schema is not checked."""
        return flag(self.manifest, "skipSchemaValidation")


@dataclass(frozen=True)
class Kustomize:
    """Options of a Kustomize source, which are added to its kustomization."""

    manifest: Mapping[str, Any]

    @property
    def name_prefix(self) -> str:
        """Put before every object's name."""
        return text(self.manifest, "namePrefix")

    @property
    def name_suffix(self) -> str:
        """Put behind every object's name."""
        return text(self.manifest, "nameSuffix")

    @property
    def namespace(self) -> str:
        """The namespace of all objects, empty to leave it."""
        return text(self.manifest, "namespace")

    @property
    def images(self) -> tuple[str, ...]:
        """Image replacements in the form `[old=]new[:tag|@digest]`."""
        return texts(self.manifest, "images")

    @property
    def replicas(self) -> tuple[tuple[str, int | str], ...]:
        """Name and number of replicas; the number may be text."""
        return tuple((text(i, "name"), i.get("count", 0)) for i in mappings(self.manifest, "replicas"))

    @property
    def patches(self) -> tuple[Mapping[str, Any], ...]:
        """Patches as they stand in a kustomization."""
        return mappings(self.manifest, "patches")

    @property
    def components(self) -> tuple[str, ...]:
        """Components that are added."""
        return texts(self.manifest, "components")

    @property
    def ignore_missing_components(self) -> bool:
        """Whether components that do not exist are passed over."""
        return flag(self.manifest, "ignoreMissingComponents")

    @property
    def common_labels(self) -> Mapping[str, str]:
        """Labels for all objects."""
        return string_map(self.manifest, "commonLabels")

    @property
    def common_annotations(self) -> Mapping[str, str]:
        """Annotations for all objects."""
        return string_map(self.manifest, "commonAnnotations")

    @property
    def common_annotations_envsubst(self) -> bool:
        """Whether variables in the common annotations are replaced."""
        return flag(self.manifest, "commonAnnotationsEnvsubst")

    @property
    def force_common_labels(self) -> bool:
        """Whether a common label may replace one of the kustomization."""
        return flag(self.manifest, "forceCommonLabels")

    @property
    def force_common_annotations(self) -> bool:
        """Whether a common annotation may replace one of the kustomization."""
        return flag(self.manifest, "forceCommonAnnotations")

    @property
    def label_without_selector(self) -> bool:
        """Whether common labels stay out of selectors."""
        return flag(self.manifest, "labelWithoutSelector")

    @property
    def label_include_templates(self) -> bool:
        """Whether common labels without selector go into pod templates."""
        return flag(self.manifest, "labelIncludeTemplates")

    @property
    def version(self) -> str:
        """The kustomize version asked for, empty for any."""
        return text(self.manifest, "version")

    @property
    def kube_version(self) -> str:
        """The Kubernetes version that inflated charts see."""
        return text(self.manifest, "kubeVersion")

    @property
    def api_versions(self) -> tuple[str, ...]:
        """The API versions that inflated charts see."""
        return texts(self.manifest, "apiVersions")


@dataclass(frozen=True, slots=True)
class JsonnetVariable:
    """An external variable or top-level argument; `code` says that the value is Jsonnet."""

    name: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Jsonnet:
    """Options for Jsonnet files of a directory."""

    manifest: Mapping[str, Any]

    @property
    def external_variables(self) -> tuple[JsonnetVariable, ...]:
        """What `std.extVar` gives."""
        return _variables(self.manifest, "extVars")

    @property
    def top_level_arguments(self) -> tuple[JsonnetVariable, ...]:
        """Arguments of a file whose value is a function."""
        return _variables(self.manifest, "tlas")

    @property
    def libraries(self) -> tuple[str, ...]:
        """Further folders to import from."""
        return texts(self.manifest, "libs")


def _variables(manifest: Mapping[str, Any], name: str) -> tuple[JsonnetVariable, ...]:
    return tuple(
        JsonnetVariable(text(item, "name"), text(item, "value"), flag(item, "code"))
        for item in mappings(manifest, name)
    )


@dataclass(frozen=True)
class Directory:
    """Options of a directory of plain manifests."""

    manifest: Mapping[str, Any]

    @property
    def recurse(self) -> bool:
        """Whether folders below it count."""
        return flag(self.manifest, "recurse")

    @property
    def include(self) -> str:
        """Glob of the files that count, empty for all."""
        return text(self.manifest, "include")

    @property
    def exclude(self) -> str:
        """Glob of the files that do not count."""
        return text(self.manifest, "exclude")

    @property
    def disable_extension_filter(self) -> bool:
        """Whether files with other extensions than YAML's, JSON's and Jsonnet's count."""
        return flag(self.manifest, "disableExtensionFilter")

    @property
    def jsonnet(self) -> Jsonnet:
        """Options for Jsonnet files."""
        return Jsonnet(mapping(self.manifest, "jsonnet"))


@dataclass(frozen=True)
class Plugin:
    """Options of a config management plugin."""

    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The plugin's name, empty to discover it."""
        return text(self.manifest, "name")

    @property
    def env(self) -> tuple[tuple[str, str], ...]:
        """Environment variables for it."""
        return tuple((text(item, "name"), text(item, "value")) for item in mappings(self.manifest, "env"))

    @property
    def parameters(self) -> tuple[Mapping[str, Any], ...]:
        """Parameters with a `string`, `array` or `map`."""
        return mappings(self.manifest, "parameters")


@dataclass(frozen=True)
class Source:
    """One source of an Application; `manifest` is it as written."""

    manifest: Mapping[str, Any]

    @property
    def repo_url(self) -> str:
        """The repository's URL as written."""
        return text(self.manifest, "repoURL")

    @property
    def target_revision(self) -> str:
        """Branch, tag, commit id, semver range, or a chart's version; as written, so it may be empty."""
        return text(self.manifest, "targetRevision")

    @property
    def revision(self) -> str:
        """The target revision; `HEAD` where none is written."""
        return self.target_revision or "HEAD"

    @property
    def path(self) -> str:
        """The folder in the repository."""
        return text(self.manifest, "path")

    @property
    def chart(self) -> str:
        """The chart's name where the repository is one of charts."""
        return text(self.manifest, "chart")

    @property
    def ref(self) -> str:
        """The name by which other sources take values files from this one."""
        return text(self.manifest, "ref")

    @property
    def name(self) -> str:
        """What people call this source among several."""
        return text(self.manifest, "name")

    @property
    def tag_prefix(self) -> str:
        """Where the target revision is a semver range: the prefix of the tags that it chooses from."""
        return text(self.manifest, "tagPrefix")

    @cached_property
    def helm(self) -> Helm | None:
        """Helm options, None where not written."""
        value = self.manifest.get("helm")
        return Helm(value) if isinstance(value, Mapping) else None

    @cached_property
    def kustomize(self) -> Kustomize | None:
        """Kustomize options, None where not written."""
        value = self.manifest.get("kustomize")
        return Kustomize(value) if isinstance(value, Mapping) else None

    @cached_property
    def directory(self) -> Directory | None:
        """Directory options, None where not written."""
        value = self.manifest.get("directory")
        return Directory(value) if isinstance(value, Mapping) else None

    @cached_property
    def plugin(self) -> Plugin | None:
        """Plugin options, None where not written."""
        value = self.manifest.get("plugin")
        return Plugin(value) if isinstance(value, Mapping) else None

    @property
    def is_reference_only(self) -> bool:
        """Whether it only lends files to other sources and renders nothing of its own."""
        return bool(self.ref) and not self.path and not self.chart

    @property
    def explicit_types(self) -> tuple[SourceType, ...]:
        """The ways to render it that its options name; Argo CD refuses more than one."""
        written = {
            SourceType.DIRECTORY: self.directory,
            SourceType.HELM: self.helm,
            SourceType.KUSTOMIZE: self.kustomize,
            SourceType.PLUGIN: self.plugin,
        }
        return tuple(kind for kind, options in written.items() if options is not None)
