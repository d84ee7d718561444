"""Sources of an Application: repository, revision, path, and the options of each way to render them."""

from argosy.schemas.definitions.building import (
    Schema,
    anything,
    flag,
    items,
    labels,
    number_or_text,
    object_of,
    ref,
    text,
    texts,
)

__all__ = ["SOURCE"]

_JSONNET_VARIABLE = object_of(
    "A variable for Jsonnet.",
    {
        "code": flag("Whether the value is Jsonnet code and not text."),
        "name": text("Name of the variable."),
        "value": text("Value of the variable."),
    },
    required=("name", "value"),
)

_NAME_VALUE = {"name": text("Name."), "value": text("Value.")}

_PATCH = object_of(
    "A patch as in a kustomization.",
    {
        "options": {
            "description": "allowNameChange and allowKindChange.",
            "type": "object",
            "additionalProperties": {"type": "boolean"},
        },
        "patch": text("The patch itself, strategic merge or JSON 6902."),
        "path": text("File that holds the patch."),
        "target": object_of(
            "Objects that are patched.",
            {
                "annotationSelector": text("Selector of their annotations."),
                "group": text("Their API group."),
                "kind": text("Their kind."),
                "labelSelector": text("Selector of their labels."),
                "name": text("Pattern of their names."),
                "namespace": text("Pattern of their namespaces."),
                "version": text("Their API version."),
            },
        ),
    },
)

_HELM = object_of(
    "Options for a Helm chart.",
    {
        "apiVersions": texts(
            "API versions that the chart sees, instead of the cluster's; [group/]version/kind."
        ),
        "fileParameters": items(
            "Values that are the content of a file (--set-file).",
            object_of(
                "A value from a file.",
                {"name": text("Name of the value."), "path": text("Path of the file.")},
            ),
        ),
        "ignoreMissingValueFiles": flag("Pass over values files that do not exist."),
        "kubeVersion": text("Kubernetes version that the chart sees, instead of the cluster's."),
        "namespace": text("Namespace that the chart sees, instead of the destination's."),
        "parameters": items(
            "Single values, which win over files and values (--set).",
            object_of(
                "A single value.",
                {
                    "forceString": flag("Take numbers and booleans as text (--set-string)."),
                    "name": text("Name of the value, with dots for nesting."),
                    "value": text("The value."),
                },
            ),
        ),
        "passCredentials": flag("Send credentials to every domain (--pass-credentials)."),
        "releaseName": text("Name of the release; the Application's name if empty."),
        "skipCrds": flag("Leave out the chart's custom resource definitions (--skip-crds)."),
        "skipSchemaValidation": flag("Do not check values against the chart's schema."),
        "skipTests": flag("Leave out the chart's tests (--skip-tests)."),
        "valueFiles": texts("Values files, later ones over earlier; $ref/path is a file of another source."),
        "values": text("Values as a YAML text; valuesObject is easier to check."),
        "valuesObject": anything("Values as a mapping; wins over values.", type="object"),
        "version": text("Major version of Helm; only v3 is left."),
    },
)

_KUSTOMIZE = object_of(
    "Options for a kustomization.",
    {
        "apiVersions": texts("API versions that inflated charts see, instead of the cluster's."),
        "commonAnnotations": labels("Annotations for all objects."),
        "commonAnnotationsEnvsubst": flag("Replace $ARGOCD_… variables in common annotations."),
        "commonLabels": labels("Labels for all objects."),
        "components": texts("Components to add to the kustomization."),
        "forceCommonAnnotations": flag("Let common annotations replace those of the kustomization."),
        "forceCommonLabels": flag("Let common labels replace those of the kustomization."),
        "ignoreMissingComponents": flag("Pass over components that do not exist."),
        "images": texts("Images to replace: [old=]new[:tag|@digest]."),
        "kubeVersion": text("Kubernetes version that inflated charts see, instead of the cluster's."),
        "labelIncludeTemplates": flag("Put common labels into pod templates when selectors stay without."),
        "labelWithoutSelector": flag("Keep common labels out of selectors."),
        "namePrefix": text("Put before each object's name."),
        "nameSuffix": text("Put behind each object's name."),
        "namespace": text("Namespace for all objects."),
        "patches": items("Patches to add to the kustomization.", _PATCH),
        "replicas": items(
            "Numbers of replicas to set.",
            object_of(
                "The number of replicas of one object.",
                {"count": number_or_text("Number of replicas."), "name": text("Name of the object.")},
                required=("count", "name"),
            ),
        ),
        "version": text("Version of kustomize to use."),
    },
)

_DIRECTORY = object_of(
    "Options for a directory of plain manifests.",
    {
        "disableExtensionFilter": flag("Take files of any extension that include and exclude let through."),
        "exclude": text("Glob of files to leave out."),
        "include": text("Glob of files to take, all if empty."),
        "jsonnet": object_of(
            "Options for Jsonnet files.",
            {
                "extVars": items("External variables.", _JSONNET_VARIABLE),
                "libs": texts("Further folders to import from."),
                "tlas": items("Top-level arguments.", _JSONNET_VARIABLE),
            },
        ),
        "recurse": flag("Take the files of all folders below, too."),
    },
)

_PLUGIN = object_of(
    "Options for a config management plugin.",
    {
        "env": items(
            "Environment variables.", object_of("A variable.", _NAME_VALUE, required=("name", "value"))
        ),
        "name": text("Name of the plugin; found by its discovery rules if empty."),
        "parameters": items(
            "Parameters, each with one kind of value.",
            object_of(
                "A parameter.",
                {
                    "array": texts("Value that is a list."),
                    "map": labels("Value that is a mapping."),
                    "name": text("Name of the parameter."),
                    "string": text("Value that is text."),
                },
            ),
        ),
    },
)

_RENDERING = {
    "directory": ref("directory", "Options for a directory of plain manifests."),
    "helm": ref("helm", "Options for a Helm chart."),
    "kustomize": ref("kustomize", "Options for a kustomization."),
    "plugin": ref("plugin", "Options for a config management plugin."),
}

SOURCE: dict[str, Schema] = {
    "directory": _DIRECTORY,
    "helm": _HELM,
    "kustomize": _KUSTOMIZE,
    "plugin": _PLUGIN,
    "source": object_of(
        "Where manifests come from and how they are rendered.",
        {
            **_RENDERING,
            "chart": text("Name of a chart in a Helm repository."),
            "name": text("What people call this source among several."),
            "path": text("Folder in a Git repository."),
            "ref": text("Name by which other sources take values files from this one."),
            "repoURL": text("URL of the Git, Helm or OCI repository."),
            "tagPrefix": text("Prefix of the tags that a semver range in targetRevision chooses from."),
            "targetRevision": text("Branch, tag, commit, semver range or chart version; HEAD if empty."),
        },
        required=("repoURL",),
    ),
    "sourceHydrator": object_of(
        "Renders a dry source, pushes the result to Git, and syncs from there.",
        {
            "drySource": object_of(
                "What is rendered.",
                {
                    **_RENDERING,
                    "path": text("Folder in the repository."),
                    "repoURL": text("URL of the repository."),
                    "targetRevision": text("Revision to render."),
                },
                required=("path", "repoURL", "targetRevision"),
            ),
            "hydrateTo": object_of(
                "Where the result is pushed first; somebody merges it into syncSource.",
                {"targetBranch": text("Branch that is pushed to.")},
                required=("targetBranch",),
            ),
            "syncSource": object_of(
                "Where the rendered manifests are synced from.",
                {
                    "path": text("Folder of the rendered manifests.", minLength=1, pattern=r"^.{2,}|[^./]$"),
                    "repoURL": text("URL of the repository, the dry source's if empty."),
                    "targetBranch": text("Branch of the rendered manifests."),
                },
                required=("path", "targetBranch"),
            ),
        },
        required=("drySource", "syncSource"),
    ),
}
