"""Kubernetes' own types that the three kinds use: object metadata and label selectors."""

from argosy.schemas.definitions.building import (
    Schema,
    flag,
    items,
    labels,
    number,
    object_of,
    ref,
    text,
    texts,
    time,
)

__all__ = ["METADATA", "SELECTOR"]


def _nullable(schema: Schema) -> Schema:
    """In metadata an empty `labels:` is as good as none; the API server reads null as nothing there."""
    return {**schema, "type": [schema["type"], "null"]}


_OWNER = object_of(
    "An object that this one is deleted with.",
    {
        "apiVersion": text("API version of the owner."),
        "blockOwnerDeletion": flag("Whether the owner waits for this object when it is deleted."),
        "controller": flag("Whether the owner is the managing controller."),
        "kind": text("Kind of the owner."),
        "name": text("Name of the owner."),
        "uid": text("Unique id of the owner."),
    },
    required=("apiVersion", "kind", "name", "uid"),
)

_MANAGED_FIELDS = object_of(
    "Fields that one writer has set.",
    {
        "apiVersion": text("Version in which the fields are named."),
        "fieldsType": text("Format of the fields."),
        "fieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "manager": text("The writer."),
        "operation": text("Apply or Update."),
        "subresource": text("The subresource that was written."),
        "time": time("When it was written."),
    },
)

METADATA: dict[str, Schema] = {
    "objectMeta": object_of(
        "Name, labels and annotations of an object.",
        {
            "annotations": _nullable(labels("Text that belongs to the object and is not used to select it.")),
            "creationTimestamp": _nullable(time("When it was created; set by the server.")),
            "deletionGracePeriodSeconds": number("Seconds it is given to end; set by the server."),
            "deletionTimestamp": time("When its deletion was asked for; set by the server."),
            "finalizers": _nullable(texts("What must be done before it goes.")),
            "generateName": text("Prefix of a name that the server makes up."),
            "generation": number("Counts changes of the specification; set by the server."),
            "labels": _nullable(labels("Names and values by which objects are selected.")),
            "managedFields": items("Who has set which fields; set by the server.", _MANAGED_FIELDS),
            "name": text(
                "Name of the object, unique in its namespace.",
                maxLength=253,
                pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
            ),
            "namespace": text("Namespace of the object."),
            "ownerReferences": items("Objects that this one is deleted with.", _OWNER),
            "resourceVersion": text("Version of the stored object; set by the server."),
            "selfLink": text("No longer used."),
            "uid": text("Unique id of the object; set by the server."),
        },
    ),
}

SELECTOR: dict[str, Schema] = {
    "labelSelector": object_of(
        "Chooses objects by their labels; all conditions must hold.",
        {
            "matchExpressions": items(
                "Conditions on labels.",
                object_of(
                    "A condition on one label.",
                    {
                        "key": text("The label."),
                        "operator": text("In, NotIn, Exists or DoesNotExist."),
                        "values": texts("Values for In and NotIn.", **{"x-kubernetes-list-type": "atomic"}),
                    },
                    required=("key", "operator"),
                ),
                **{"x-kubernetes-list-type": "atomic"},
            ),
            "matchLabels": labels("Labels with the value that they must have."),
        },
        **{"x-kubernetes-map-type": "atomic"},
    ),
    "secretRef": object_of(
        "A key of a Secret in the namespace of Argo CD.",
        {"secretName": text("Name of the Secret."), "key": text("Key in the Secret.")},
        required=("key", "secretName"),
    ),
    "configMapKeyRef": object_of(
        "A key of a ConfigMap in the namespace of Argo CD.",
        {"configMapName": text("Name of the ConfigMap."), "key": text("Key in the ConfigMap.")},
        required=("configMapName", "key"),
    ),
    "basicAuth": object_of(
        "User name and password.",
        {"passwordRef": ref("secretRef", "Where the password is."), "username": text("The user's name.")},
        required=("passwordRef", "username"),
    ),
    "bearerToken": object_of(
        "A token sent with each request.",
        {"tokenRef": ref("secretRef", "Where the token is.")},
        required=("tokenRef",),
    ),
}
