"""The ApplicationSet: template, generators, policies, strategy and status."""

from argosy.schemas.definitions.application import RESOURCE_STATUS, SPEC
from argosy.schemas.definitions.building import (
    Schema,
    flag,
    items,
    labels,
    number,
    number_or_text,
    object_of,
    ref,
    root,
    text,
    texts,
    time,
)
from argosy.schemas.definitions.generators import GENERATORS
from argosy.schemas.definitions.metadata import METADATA, SELECTOR

__all__ = ["APPLICATIONSET"]

_TEMPLATE: dict[str, Schema] = {
    "template": object_of(
        "What an Application is made from; all text may hold parameters.",
        {
            "metadata": object_of(
                "Metadata of the Application.",
                {
                    "annotations": labels("Annotations."),
                    "finalizers": texts("Finalizers, instead of the default one."),
                    "labels": labels("Labels."),
                    "name": text("Name."),
                    "namespace": text("Namespace, the set's if empty."),
                },
            ),
            "spec": ref("applicationSpec", "Specification of the Application."),
        },
        required=("metadata", "spec"),
    ),
}

_STRATEGY = object_of(
    "The order in which changes reach the Applications.",
    {
        "deletionOrder": text("AllAtOnce, or Reverse to delete in the reverse order of the steps."),
        "rollingSync": object_of(
            "Settings for the type RollingSync.",
            {
                "steps": items(
                    "Steps; each begins when the one before is healthy.",
                    object_of(
                        "Applications that change together.",
                        {
                            "matchExpressions": items(
                                "Conditions on the labels of generated Applications.",
                                object_of(
                                    "A condition on one label.",
                                    {
                                        "key": text("The label."),
                                        "operator": text("In or NotIn."),
                                        "values": texts("Values to compare with."),
                                    },
                                ),
                            ),
                            "maxUpdate": number_or_text(
                                "How many may change at a time, as number or percentage."
                            ),
                        },
                    ),
                )
            },
        ),
        "type": text("AllAtOnce or RollingSync."),
    },
)

_SPEC = object_of(
    "Generators and the template that their parameters fill.",
    {
        "applyNestedSelectors": flag("No longer used: selectors of nested generators always count."),
        "generators": items("Sources of parameters; their results are joined.", ref("generator")),
        "goTemplate": flag("Use Go templates instead of plain replacement."),
        "goTemplateOptions": texts("Options of Go templates; missingkey=error is wise."),
        "ignoreApplicationDifferences": items(
            "Fields of generated Applications that others may change.",
            object_of(
                "Fields that others may change.",
                {
                    "jqPathExpressions": texts("The fields as jq paths."),
                    "jsonPointers": texts("The fields as JSON pointers."),
                    "name": text("The only Application that is meant; all if empty."),
                },
            ),
        ),
        "preservedFields": object_of(
            "Metadata of generated Applications that others may set.",
            {"annotations": texts("Annotations."), "labels": texts("Labels.")},
        ),
        "strategy": _STRATEGY,
        "syncPolicy": object_of(
            "What may happen to Applications that exist.",
            {
                "applicationsSync": text(
                    "What may be done to them.",
                    enum=["create-only", "create-update", "create-delete", "sync"],
                ),
                "preserveResourcesOnDeletion": flag("Leave the resources of Applications that are deleted."),
            },
        ),
        "template": ref("template", "What each Application is made from."),
        "templatePatch": text("Template of a YAML patch for each Application."),
    },
    required=("generators", "template"),
)

_STATUS = object_of(
    "What the controller has found out.",
    {
        "applicationStatus": items(
            "How far a rolling sync is with each Application.",
            object_of(
                "How far it is with one Application.",
                {
                    "application": text("Name of the Application."),
                    "lastTransitionTime": time("When it changed."),
                    "message": text("What is waited for, for people."),
                    "status": text("Waiting, Pending, Progressing or Healthy."),
                    "step": text("Number of its step."),
                    "targetRevisions": texts("Revisions that it is to reach."),
                },
                required=("application", "message", "status", "step", "targetRevisions"),
            ),
        ),
        "conditions": items(
            "State of the set itself.",
            object_of(
                "One aspect of the state.",
                {
                    "lastTransitionTime": time("When it changed."),
                    "message": text("Why, for people."),
                    "reason": text("Why, in one word."),
                    "status": text("True, False or Unknown."),
                    "type": text(
                        "ErrorOccurred, ParametersGenerated, ResourcesUpToDate or RolloutProgressing."
                    ),
                },
                required=("message", "reason", "status", "type"),
            ),
        ),
        "health": ref("health", "Health of the set."),
        "resources": items("State of each Application.", ref("resourceStatus")),
        "resourcesCount": number("How many Applications there are."),
    },
)

APPLICATIONSET = root(
    "ApplicationSet",
    "Applications made from a template and parameters.",
    {"spec": _SPEC, "status": _STATUS},
    {**METADATA, **SELECTOR, **SPEC, **_TEMPLATE, **GENERATORS, **RESOURCE_STATUS},
)
