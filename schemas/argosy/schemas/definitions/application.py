"""The Application: specification, operation and status."""

from argosy.schemas.definitions.building import (
    Schema,
    flag,
    items,
    labels,
    number,
    object_of,
    ref,
    root,
    text,
    texts,
    time,
)
from argosy.schemas.definitions.metadata import METADATA
from argosy.schemas.definitions.source import SOURCE

__all__ = ["APPLICATION", "HEALTH", "RESOURCE_STATUS", "SPEC"]

_DESTINATION = object_of(
    "The cluster and namespace that manifests are deployed to.",
    {
        "name": text("Name of the cluster; either this or server."),
        "namespace": text("Namespace for objects that name none."),
        "server": text("URL of the cluster's API; either this or name."),
    },
)

_RETRY = object_of(
    "How a failed sync is tried again.",
    {
        "backoff": object_of(
            "How long to wait between attempts.",
            {
                "duration": text("Wait before the first retry, such as 5s or 2m; bare numbers are seconds."),
                "factor": number("What the wait is multiplied by each time."),
                "maxDuration": text("Longest wait."),
            },
        ),
        "limit": number("Number of retries; 0 for none, negative for no limit."),
        "refresh": flag("Retry with the newest revision and not with the one that failed."),
    },
)

_IGNORE = object_of(
    "Fields of some objects that do not count as differences.",
    {
        "group": text("API group of the objects."),
        "jqPathExpressions": texts("The fields as jq paths."),
        "jsonPointers": texts("The fields as JSON pointers."),
        "kind": text("Kind of the objects."),
        "managedFieldsManagers": texts("Managers whose fields do not count."),
        "name": text("Name of the object, any if empty."),
        "namespace": text("Namespace of the objects, any if empty."),
    },
    required=("kind",),
)

_SYNC_POLICY = object_of(
    "When and how the Application is synced.",
    {
        "automated": object_of(
            "Sync without being asked.",
            {
                "allowEmpty": flag("Sync even if no object would be left."),
                "enabled": flag("False switches automated sync off and keeps its settings."),
                "prune": flag("Delete objects that are no longer in the source."),
                "selfHeal": flag("Revert what others change in the cluster."),
            },
        ),
        "managedNamespaceMetadata": ref(
            "namespaceMetadata", "Labels and annotations of the namespace that CreateNamespace makes."
        ),
        "retry": ref("retry", "How a failed sync is tried again."),
        "syncOptions": texts("Options such as CreateNamespace=true."),
    },
)

SPEC: dict[str, Schema] = {
    **SOURCE,
    "destination": _DESTINATION,
    "ignoreDifferences": items("Differences that do not count.", _IGNORE),
    "namespaceMetadata": object_of(
        "Labels and annotations of a namespace.",
        {"annotations": labels("Annotations."), "labels": labels("Labels.")},
    ),
    "retry": _RETRY,
    "applicationSpec": object_of(
        "What is deployed, from where, and to where.",
        {
            "destination": ref("destination", "The cluster and namespace that manifests are deployed to."),
            "ignoreDifferences": ref("ignoreDifferences", "Differences that do not count."),
            "info": items(
                "Facts about the Application for people.",
                object_of(
                    "A fact.", {"name": text("Name."), "value": text("Value.")}, required=("name", "value")
                ),
            ),
            "project": text("The project it belongs to; default if empty."),
            "revisionHistoryLimit": number("How many deployments the status remembers; 10 if not given."),
            "source": ref("source", "Where manifests come from."),
            "sourceHydrator": ref("sourceHydrator", "Renders to Git first and syncs from there."),
            "sources": items("Several places that manifests come from, instead of source.", ref("source")),
            "syncPolicy": _SYNC_POLICY,
        },
        required=("destination", "project"),
    ),
}

HEALTH: dict[str, Schema] = {
    "health": object_of(
        "Health of an object or of all.",
        {
            "lastTransitionTime": time("When the health changed."),
            "message": text("Why it is not healthy."),
            "status": text("Healthy, Progressing, Degraded, Suspended, Missing or Unknown."),
        },
    ),
}

RESOURCE_STATUS: dict[str, Schema] = {
    **HEALTH,
    "resourceStatus": object_of(
        "State of one object.",
        {
            "group": text("API group."),
            "health": ref("health", "Its health."),
            "hook": flag("Whether it is a hook."),
            "kind": text("Kind."),
            "name": text("Name."),
            "namespace": text("Namespace."),
            "requiresDeletionConfirmation": flag("Whether a person must confirm its deletion."),
            "requiresPruning": flag("Whether it is no longer in the source."),
            "status": text("Synced, OutOfSync or Unknown."),
            "syncWave": number("Its wave."),
            "version": text("API version."),
        },
    ),
}

_INITIATOR = object_of(
    "Who asked for an operation.",
    {
        "automated": flag("Whether the controller did by itself."),
        "username": text("The person who did."),
    },
)

_REVISIONS = {
    "revision": text("Revision of the only source."),
    "revisions": texts("Revisions of several sources, in their order."),
    "source": ref("source", "The only source."),
    "sources": items("Several sources.", ref("source")),
}

_OPERATION: dict[str, Schema] = {
    "initiator": _INITIATOR,
    "operation": object_of(
        "An operation that is asked for or running.",
        {
            "info": items(
                "Facts about the operation for people.",
                object_of(
                    "A fact.", {"name": text("Name."), "value": text("Value.")}, required=("name", "value")
                ),
            ),
            "initiatedBy": ref("initiator", "Who asked for it."),
            "retry": ref("retry", "How it is tried again if it fails."),
            "sync": object_of(
                "A sync.",
                {
                    **_REVISIONS,
                    "autoHealAttemptsCount": number("How often drift was reverted in a row."),
                    "dryRun": flag("Only try what would happen."),
                    "manifests": texts("Manifests to use instead of the source."),
                    "prune": flag("Delete objects that are no longer in the source."),
                    "resources": items(
                        "The only objects to sync; all if empty.",
                        object_of(
                            "An object.",
                            {
                                "group": text("API group."),
                                "kind": text("Kind."),
                                "name": text("Name."),
                                "namespace": text("Namespace."),
                            },
                            required=("kind", "name"),
                        ),
                    ),
                    "syncOptions": texts("Options such as CreateNamespace=true."),
                    "syncStrategy": object_of(
                        "How objects are written.",
                        {
                            "apply": object_of(
                                "Only apply.", {"force": flag("Delete and create again where apply fails.")}
                            ),
                            "hook": object_of(
                                "Apply, with hooks.",
                                {"force": flag("Delete and create again where apply fails.")},
                            ),
                        },
                    ),
                },
            ),
        },
    ),
}

_SYNC_RESULT = object_of(
    "What a sync has done.",
    {
        **_REVISIONS,
        "managedNamespaceMetadata": ref("namespaceMetadata", "What the namespace was given."),
        "resources": items(
            "What was done to each object.",
            object_of(
                "What was done to an object.",
                {
                    "group": text("API group."),
                    "hookPhase": text("State of a hook, or of the object's sync."),
                    "hookType": text("When the hook runs, empty for other objects."),
                    "images": texts("Images that it uses."),
                    "kind": text("Kind."),
                    "message": text("What happened, for people."),
                    "name": text("Name."),
                    "namespace": text("Namespace."),
                    "status": text("Synced, SyncFailed, Pruned or PruneSkipped."),
                    "syncPhase": text("PreSync, Sync, PostSync or SyncFail."),
                    "version": text("API version."),
                },
                required=("group", "kind", "name", "namespace", "version"),
            ),
        ),
    },
    required=("revision",),
)

_OPERATION_STATE = object_of(
    "The operation that runs or ran last.",
    {
        "finishedAt": time("When it ended."),
        "message": text("How it goes or how it ended, for people."),
        "operation": ref("operation", "What was asked for."),
        "phase": text("Running, Terminating, Failed, Error or Succeeded."),
        "retryCount": number("How often it was tried again."),
        "startedAt": time("When it began."),
        "syncResult": _SYNC_RESULT,
    },
    required=("operation", "phase", "startedAt"),
)

_HYDRATOR_STATUS = object_of(
    "How hydration goes.",
    {
        "currentOperation": object_of(
            "The hydration that runs or ran last.",
            {
                "drySHA": text("Commit that is rendered."),
                "finishedAt": time("When it ended."),
                "hydratedSHA": text("Commit of the result."),
                "message": text("How it ended, for people."),
                "phase": text("Its state.", enum=["Hydrating", "Failed", "Hydrated"]),
                "sourceHydrator": ref("sourceHydrator", "Its settings then."),
                "startedAt": time("When it began."),
            },
            required=("message", "phase"),
        ),
        "lastComparedDryRevision": text("Commit that was looked at last."),
        "lastSuccessfulOperation": object_of(
            "The last hydration that succeeded.",
            {
                "drySHA": text("Commit that was rendered."),
                "hydratedSHA": text("Commit of the result."),
                "sourceHydrator": ref("sourceHydrator", "Its settings then."),
            },
        ),
    },
)

_STATUS = object_of(
    "What the controller has found out.",
    {
        "conditions": items(
            "What is wrong with the Application itself.",
            object_of(
                "Something that is wrong.",
                {
                    "lastTransitionTime": time("When it began."),
                    "message": text("What it is, for people."),
                    "type": text("What it is, in one word; errors end in Error, warnings in Warning."),
                },
                required=("message", "type"),
            ),
        ),
        "controllerNamespace": text("Namespace of the controller that reconciles it."),
        "health": ref("health", "Health of all objects together."),
        "history": items(
            "Earlier deployments, the newest last.",
            object_of(
                "A deployment.",
                {
                    **_REVISIONS,
                    "deployStartedAt": time("When it began."),
                    "deployedAt": time("When it ended."),
                    "id": number("Its number."),
                    "initiatedBy": ref("initiator", "Who asked for it."),
                },
                required=("deployedAt", "id"),
            ),
        ),
        "observedAt": time("No longer used."),
        "operationState": ref("operationState", "The operation that runs or ran last."),
        "reconciledAt": time("When source and cluster were last compared."),
        "resourceHealthSource": text("Where the health of objects is kept; inline if empty."),
        "resources": items("State of each object.", ref("resourceStatus")),
        "sourceHydrator": _HYDRATOR_STATUS,
        "sourceType": text("How the only source is rendered."),
        "sourceTypes": texts("How several sources are rendered."),
        "summary": object_of(
            "What the objects have to offer.",
            {
                "externalURLs": texts("URLs at which they can be reached."),
                "images": texts("Images that they use."),
                "isAppOfApps": flag("Whether Applications or sets are among them."),
            },
        ),
        "sync": object_of(
            "Whether the cluster is as the source says.",
            {
                "comparedTo": object_of(
                    "What was compared.",
                    {
                        "destination": ref("destination", "Cluster and namespace."),
                        "ignoreDifferences": ref("ignoreDifferences", "Differences that did not count."),
                        "source": ref("source", "The only source."),
                        "sources": items("Several sources.", ref("source")),
                    },
                    required=("destination",),
                ),
                "revision": text("Revision that was compared."),
                "revisions": texts("Revisions of several sources, in their order."),
                "status": text("Synced, OutOfSync or Unknown."),
            },
            required=("status",),
        ),
    },
)

APPLICATION = root(
    "Application",
    "Manifests from a repository, and the cluster that they are deployed to.",
    {
        "operation": ref(
            "operation", "An operation that is asked for; the controller takes it away when it begins."
        ),
        "spec": ref("applicationSpec", "What is deployed, from where, and to where."),
        "status": _STATUS,
    },
    {**METADATA, **SPEC, **_OPERATION, **RESOURCE_STATUS, "operationState": _OPERATION_STATE},
)
