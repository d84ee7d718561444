"""The AppProject: what its Applications may use, and who may use them."""

from argosy.schemas.definitions.building import (
    Schema,
    flag,
    items,
    number,
    object_of,
    ref,
    root,
    text,
    texts,
)
from argosy.schemas.definitions.metadata import METADATA

__all__ = ["APPPROJECT"]

_GROUP_KIND = {"group": text("Pattern of the API group."), "kind": text("Pattern of the kind.")}

_DEFINITIONS: dict[str, Schema] = {
    "clusterResource": object_of(
        "A kind of objects of the cluster.",
        {**_GROUP_KIND, "name": text("Pattern of the objects' names, all if empty.")},
        required=("group", "kind"),
    ),
    "groupKind": object_of("A kind of objects.", _GROUP_KIND, required=("group", "kind")),
    "token": object_of(
        "An access token of a role.",
        {
            "exp": number("When it expires, in seconds since 1970."),
            "iat": number("When it was issued, in seconds since 1970."),
            "id": text("Its id."),
        },
        required=("iat",),
    ),
}

_WINDOW = object_of(
    "A time in which syncs are allowed or denied.",
    {
        "andOperator": flag(
            "Whether applications, namespaces and clusters must all match, and not one of them."
        ),
        "applications": texts("Patterns of Applications."),
        "clusters": texts("Patterns of clusters."),
        "description": text("What it is for."),
        "duration": text("How long it lasts, such as 1h."),
        "kind": text("allow or deny."),
        "manualSync": flag("Whether syncs by hand are allowed in a deny window."),
        "namespaces": texts("Patterns of namespaces."),
        "schedule": text("When it begins, in cron's format."),
        "syncOverrun": flag("Whether a sync that runs may go on behind its end."),
        "timeZone": text("Time zone of the schedule, UTC if empty."),
    },
)

_ROLE = object_of(
    "People and machines, and what they may do.",
    {
        "description": text("What it is for."),
        "groups": texts("Groups of the single sign-on that have the role."),
        "jwtTokens": items("Access tokens of the role.", ref("token")),
        "name": text("Name of the role."),
        "policies": texts("Rules in Casbin's format."),
    },
    required=("name",),
)

_INTEGRITY = object_of(
    "Checks that sources must pass before they are used.",
    {
        "git": object_of(
            "Checks of Git sources.",
            {
                "policies": items(
                    "Checks by repository.",
                    object_of(
                        "Checks of some repositories.",
                        {
                            "gpg": object_of(
                                "Signatures that commits must have.",
                                {
                                    "keys": texts("Ids of the keys that are trusted."),
                                    "mode": text("How much of the history is checked: none, head or strict."),
                                },
                                required=("keys", "mode"),
                            ),
                            "repos": items(
                                "Repositories that are checked.",
                                object_of(
                                    "Repositories that are checked.",
                                    {"url": text("Pattern of their URL; one that begins with ! takes out.")},
                                    required=("url",),
                                ),
                            ),
                        },
                        required=("gpg", "repos"),
                    ),
                )
            },
            required=("policies",),
        )
    },
    required=("git",),
)

_SPEC = object_of(
    "What Applications of the project may use.",
    {
        "clusterResourceBlacklist": items("Kinds of the cluster that are denied.", ref("clusterResource")),
        "clusterResourceWhitelist": items(
            "Kinds of the cluster that are allowed; none if empty.", ref("clusterResource")
        ),
        "description": text("What the project is for.", maxLength=255),
        "destinationServiceAccounts": items(
            "Service accounts that deploy to some destinations.",
            object_of(
                "The service account for some destinations.",
                {
                    "defaultServiceAccount": text("The service account, as [namespace:]name."),
                    "namespace": text("Pattern of the namespace."),
                    "server": text("Pattern of the cluster's URL."),
                },
                required=("defaultServiceAccount", "server"),
            ),
        ),
        "destinations": items(
            "Clusters and namespaces that are allowed; a pattern that begins with ! denies.",
            object_of(
                "Clusters and namespaces.",
                {
                    "name": text("Pattern of the cluster's name."),
                    "namespace": text("Pattern of the namespace."),
                    "server": text("Pattern of the cluster's URL."),
                },
            ),
        ),
        "namespaceResourceBlacklist": items("Namespaced kinds that are denied.", ref("groupKind")),
        "namespaceResourceWhitelist": items(
            "Namespaced kinds that are allowed; all if not given.", ref("groupKind")
        ),
        "orphanedResources": object_of(
            "Report objects in the project's namespaces that belong to no Application.",
            {
                "ignore": items(
                    "Objects that are not reported.",
                    object_of(
                        "Objects that are not reported.",
                        {
                            "group": text("Pattern of the API group."),
                            "kind": text("Pattern of the kind."),
                            "name": text("Pattern of the name."),
                        },
                    ),
                ),
                "warn": flag("Whether Applications get a warning for them; true if not given."),
            },
        ),
        "permitOnlyProjectScopedClusters": flag("Allow only clusters that are registered for the project."),
        "roles": items("Roles of people and machines.", _ROLE),
        "signatureKeys": items(
            "Keys that commits must be signed with.",
            object_of("A key.", {"keyID": text("Its id.")}, required=("keyID",)),
        ),
        "sourceIntegrity": _INTEGRITY,
        "sourceNamespaces": texts("Namespaces besides Argo CD's in which Applications may live."),
        "sourceRepos": texts("Patterns of repositories that are allowed; one that begins with ! denies."),
        "syncWindows": items("Times in which syncs are allowed or denied.", _WINDOW),
    },
)

APPPROJECT = root(
    "AppProject",
    "What a group of Applications may use, and who may use them.",
    {
        "spec": _SPEC,
        "status": object_of(
            "What the controller keeps.",
            {
                "jwtTokensByRole": {
                    "description": "Access tokens by role.",
                    "type": "object",
                    "additionalProperties": object_of(
                        "Access tokens of a role.", {"items": items("The tokens.", ref("token"))}
                    ),
                }
            },
        ),
    },
    {**METADATA, **_DEFINITIONS},
)
