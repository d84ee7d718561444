"""Every code that a finding can bear, with its usual severity. Each has a page in `docs/findings/`."""

from collections.abc import Mapping
from dataclasses import dataclass

from argosy.schemas.finding import Severity

__all__ = ["CATALOGUE", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for: one line for lists; the page says more."""

    severity: Severity
    title: str


CATALOGUE: Mapping[str, Code] = {
    "allow-empty": Code(Severity.WARNING, "An Application may be emptied"),
    "application-cycle": Code(Severity.ERROR, "Applications deploy each other in a circle"),
    "authentication-failed": Code(Severity.ERROR, "A repository refused the credentials"),
    "broad-ignore-differences": Code(Severity.WARNING, "A rule ignores more than it should"),
    "deadline": Code(Severity.ERROR, "A tool did not end in time"),
    "deprecated-field": Code(Severity.WARNING, "A field that Argo CD gives up"),
    "duplicate-key": Code(Severity.WARNING, "A key stands twice in one mapping"),
    "duplicate-name": Code(Severity.ERROR, "Two objects of one kind have the same name"),
    "empty-set": Code(Severity.WARNING, "An ApplicationSet generates no Application"),
    "empty-step": Code(Severity.WARNING, "A step of a RollingSync selects no Application"),
    "error": Code(Severity.ERROR, "Something went wrong"),
    "forbidden-destination": Code(Severity.ERROR, "The project does not permit this destination"),
    "forbidden-kind": Code(Severity.ERROR, "The project does not permit this kind"),
    "forbidden-namespace": Code(Severity.ERROR, "The project does not permit Applications of this namespace"),
    "forbidden-source": Code(Severity.ERROR, "The project does not permit this repository"),
    "generator-failed": Code(Severity.ERROR, "A generator cannot work"),
    "ignored-field": Code(Severity.WARNING, "A field without effect here"),
    "incomplete-source": Code(Severity.ERROR, "A source names too little"),
    "invalid-answer": Code(Severity.ERROR, "A recorded answer cannot be read"),
    "invalid-destination": Code(Severity.ERROR, "A destination names no cluster, or two"),
    "invalid-jq-expression": Code(Severity.ERROR, "An expression that jq cannot read"),
    "invalid-json-pointer": Code(Severity.WARNING, "A JSON pointer that cannot be read"),
    "invalid-metadata": Code(Severity.ERROR, "A name, label or annotation that Kubernetes refuses"),
    "invalid-secret": Code(Severity.ERROR, "A cluster Secret cannot be read"),
    "invalid-source": Code(Severity.ERROR, "The options of a source contradict each other"),
    "invalid-step": Code(Severity.ERROR, "A step of a RollingSync cannot be read"),
    "invalid-sync-wave": Code(Severity.WARNING, "A sync wave that is no number"),
    "invalid-template-patch": Code(Severity.ERROR, "A templatePatch cannot be applied"),
    "invalid-timeout": Code(Severity.ERROR, "A duration that cannot be read"),
    "invalid-value": Code(Severity.ERROR, "A value that the API server refuses"),
    "invalid-yaml": Code(Severity.ERROR, "A file is not valid YAML"),
    "manual-step": Code(Severity.NOTE, "A step of a RollingSync waits for a person"),
    "missing-field": Code(Severity.ERROR, "A required field is missing"),
    "missing-path": Code(Severity.ERROR, "A folder or file does not exist at this revision"),
    "missing-project": Code(Severity.ERROR, "An AppProject does not exist"),
    "more-failures": Code(Severity.NOTE, "More elements fail in the same way"),
    "no-missingkey-error": Code(Severity.NOTE, "A misspelt parameter would go unseen"),
    "no-repository": Code(Severity.ERROR, "This folder does not lie in a Git repository"),
    "no-step": Code(Severity.WARNING, "An Application is in no step of its set's RollingSync"),
    "no-value": Code(Severity.WARNING, "A field is null"),
    "not-checked": Code(Severity.NOTE, "Something could not be checked here"),
    "refused-path": Code(Severity.ERROR, "A path that is not safe"),
    "refused-url": Code(Severity.ERROR, "A repository URL that git must not see"),
    "render-failed": Code(Severity.ERROR, "A source does not render"),
    "rollout-cycle": Code(Severity.ERROR, "Waves and dependencies contradict each other"),
    "rule-without-target": Code(Severity.WARNING, "A rule that fits no Application"),
    "several-generators": Code(Severity.WARNING, "An entry holds several generators"),
    "several-source-types": Code(Severity.ERROR, "A source with options of several kinds"),
    "several-steps": Code(Severity.WARNING, "An Application is in several steps of a RollingSync"),
    "shared-object": Code(Severity.ERROR, "Two Applications claim the same object"),
    "template-error": Code(Severity.ERROR, "A template cannot be read or rendered"),
    "tool-missing": Code(Severity.ERROR, "A program or library is not installed"),
    "unknown": Code(Severity.NOTE, "An answer is missing"),
    "unknown-dependency": Code(Severity.ERROR, "A dependency names nothing"),
    "unknown-field": Code(Severity.ERROR, "A field that does not exist"),
    "unknown-generator": Code(Severity.ERROR, "An entry that no generator recognises"),
    "unknown-hook": Code(Severity.WARNING, "A hook that does not exist"),
    "unknown-kind": Code(Severity.ERROR, "A kind of argoproj.io that does not exist"),
    "unknown-parameter": Code(Severity.ERROR, "A template asks for a parameter that nobody gives"),
    "unknown-projects": Code(Severity.NOTE, "It is not known which AppProjects exist"),
    "unknown-ref": Code(Severity.ERROR, "A reference to a source that is not there"),
    "unknown-repository": Code(Severity.NOTE, "A repository is not known here"),
    "unknown-revision": Code(Severity.ERROR, "A branch, tag or commit does not exist"),
    "unknown-strategy": Code(Severity.ERROR, "A strategy that does not exist"),
    "unknown-sync-option": Code(Severity.WARNING, "A sync option that does not exist"),
    "unknown-template-engine": Code(Severity.ERROR, "A template engine that does not exist"),
    "unreachable-repository": Code(Severity.ERROR, "A repository could not be asked"),
    "unreadable-file": Code(Severity.ERROR, "A file cannot be read"),
    "unsupported-source": Code(Severity.ERROR, "A kind of source that is not supported yet"),
    "unused-parameter": Code(Severity.WARNING, "A parameter that no template uses"),
    "unused-steps": Code(Severity.WARNING, "Steps that no strategy uses"),
    "validation-disabled": Code(Severity.NOTE, "The API server's validation is switched off"),
    "wrong-type": Code(Severity.ERROR, "A value of the wrong type"),
}
