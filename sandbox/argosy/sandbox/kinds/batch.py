"""Jobs and CronJobs.

Defaults: `k8s.io/kubernetes/pkg/apis/batch/v1/defaults.go`; selector generation: `pkg/registry/batch/job`.
"""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.pods import validate_pod_template
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_BATCH = "io.k8s.api.batch.v1."
_UID_LABELS = ("controller-uid", "batch.kubernetes.io/controller-uid")
_NAME_LABELS = ("job-name", "batch.kubernetes.io/job-name")


def _default_job_spec(spec: Object) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", 2**31 - 1 if "backoffLimitPerIndex" in spec else 6)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")
    spec.setdefault("manualSelector", False)


def _default_job(job: Object) -> None:
    """A Job without labels takes those of its template: the very same map, as in Go, so that labels which the
    template gets later appear on the Job too."""
    _default_job_spec(job["spec"])
    labels = job["spec"]["template"].get("metadata", {}).get("labels")
    if labels and not job["metadata"].get("labels"):
        job["metadata"]["labels"] = labels


def _default_cron_job(spec: Object) -> None:
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)


# A CronJob's template is not defaulted as a Job: only the Job made from it is.
DEFAULTS: dict[str, TypeDefault] = {
    _BATCH + "Job": _default_job,
    _BATCH + "CronJobSpec": _default_cron_job,
}


def _generate_selector(job: Object, _: Allocation) -> None:
    spec, metadata = job["spec"], job["metadata"]
    if spec.get("manualSelector"):
        return
    labels = spec["template"].setdefault("metadata", {}).setdefault("labels", {})
    for name in _NAME_LABELS:
        labels.setdefault(name, metadata.get("name", ""))
    for name in _UID_LABELS:
        labels.setdefault(name, metadata["uid"])
    selector = spec.setdefault("selector", {}).setdefault("matchLabels", {})
    selector.setdefault("batch.kubernetes.io/controller-uid", metadata["uid"])
    if not metadata.get("labels"):
        metadata["labels"] = dict(labels)


def _validate_job_spec(spec: Object, path: str, problems: Problems) -> None:
    for name in (
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
    ):
        value = spec.get(name)
        if isinstance(value, int) and value < 0:
            problems.invalid(at(path, name), value, "must be greater than or equal to 0")
    template = spec.get("template") or {}
    validate_pod_template(template, at(path, "template"), problems)
    restart = (template.get("spec") or {}).get("restartPolicy")
    if restart not in ("OnFailure", "Never"):
        where = at(path, "template", "spec", "restartPolicy")
        if restart == "Always":
            problems.required(where, 'valid values: "OnFailure", "Never"')
        else:
            problems.unsupported(where, restart, ("Never", "OnFailure"))


def _validate_job(job: Object, problems: Problems) -> None:
    _validate_job_spec(job["spec"], "spec", problems)


def _validate_job_change(new: Object, old: Object, problems: Problems) -> None:
    after, before = new["spec"], old["spec"]
    names = [
        "selector",
        "template",
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
    ]
    if after.get("completionMode") != "Indexed":
        names.insert(0, "completions")
    for name in names:
        if after.get(name) != before.get(name):
            problems.invalid(at("spec", name), after.get(name), "field is immutable")


def _validate_cron_job(cron_job: Object, problems: Problems) -> None:
    spec = cron_job["spec"]
    if not spec.get("schedule"):
        problems.required("spec.schedule")
    elif not _is_schedule(spec["schedule"]):
        found = len(spec["schedule"].split())
        text = f"expected exactly 5 fields, found {found}: [{' '.join(spec['schedule'].split())}]"
        problems.invalid("spec.schedule", spec["schedule"], text)
    policies = ("Allow", "Forbid", "Replace")
    if spec.get("concurrencyPolicy") not in policies:
        problems.unsupported("spec.concurrencyPolicy", spec.get("concurrencyPolicy"), policies)
    _validate_job_spec(spec["jobTemplate"].get("spec") or {}, "spec.jobTemplate.spec", problems)
    if len(cron_job["metadata"].get("name", "")) > 52:
        problems.invalid("metadata.name", cron_job["metadata"]["name"], "must be no more than 52 characters")


def _is_schedule(schedule: str) -> bool:
    return schedule.startswith("@") or len(schedule.split()) == 5


RULES = {
    ("batch", "Job"): KindRules(
        has_generation=True,
        prepare_create=_generate_selector,
        validate=_validate_job,
        validate_update=_validate_job_change,
    ),
    ("batch", "CronJob"): KindRules(has_generation=True, validate=_validate_cron_job),
}
