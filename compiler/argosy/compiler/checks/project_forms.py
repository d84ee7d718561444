"""Entries of AppProjects that the API of Argo CD refuses. Applied by kubectl they do nothing, or mislead."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.fields import mappings, text, texts
from argosy.schemas.position import Path

__all__ = ["check"]

_Problem = tuple[Path, str, str]
"""The field below `spec`, what is wrong, what to do."""

_ROLE = re.compile(r"[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?")
_RESOURCES = ("applications", "applicationsets", "clusters", "exec", "logs", "repositories")
_ACTIONS = ("*", "create", "delete", "get", "override", "rollback", "sync", "update")
_PART_OF_ACTION = re.compile(r"(action|delete|update)/.*")
_NO_ACCOUNT = frozenset("!*[]{}\\/")


def check(subject: Subject) -> Iterator[Finding]:
    """The entries of every AppProject that was read from a file."""
    for name, document in subject.project_documents.items():
        project = subject.projects.get(name)
        if project and project.spec.get("signatureKeys"):
            yield Finding(
                "deprecated-field",
                Severity.NOTE,
                f"AppProject `{name}`: Argo CD gives up `signatureKeys`",
                document.position(("spec", "signatureKeys"), key=True),
                hint="write `sourceIntegrity`",
            )
        for path, problem, hint in _problems(name, project.spec) if project else ():
            position = document.position(("spec", *path))
            message = f"AppProject `{name}`: {problem}"
            yield Finding("invalid-project", Severity.ERROR, message, position, hint=hint)


def _problems(project: str, spec: Mapping[str, Any]) -> Iterator[_Problem]:
    yield from _denials(spec)
    for index, role in enumerate(mappings(spec, "roles")):
        yield from _role_problems(project, role, ("roles", index))
    for index, entry in enumerate(mappings(spec, "destinationServiceAccounts")):
        yield from _account_problems(entry, ("destinationServiceAccounts", index))


def _denials(spec: Mapping[str, Any]) -> Iterator[_Problem]:
    """`!*`, which denies everything and permits nothing."""
    hint = "leave the entry out: what nothing permits is denied"
    for index, repository in enumerate(texts(spec, "sourceRepos")):
        if repository == "!*":
            yield ("sourceRepos", index), "`!*` denies every repository", hint
    for index, destination in enumerate(mappings(spec, "destinations")):
        for field in ("server", "name", "namespace"):
            if text(destination, field) == "!*":
                yield ("destinations", index, field), f"`!*` denies every {field}", hint


def _role_problems(project: str, role: Mapping[str, Any], place: Path) -> Iterator[_Problem]:
    name = text(role, "name")
    if not _ROLE.fullmatch(name):
        hint = "write letters, digits, `-` and `_`, with a letter or digit at both ends"
        yield (*place, "name"), f"`{name}` cannot be the name of a role", hint
    for index, policy in enumerate(texts(role, "policies")):
        problem, hint = _policy_problem(project, name, [part.strip(" ") for part in policy.split(",")])
        if problem:
            yield (*place, "policies", index), f"the policy `{policy}` {problem}", hint


def _policy_problem(project: str, role: str, parts: Sequence[str]) -> tuple[str, str]:
    """What is wrong with a policy, and what to do; two empty texts for a good one."""
    subject = f"proj:{project}:{role}"
    if len(parts) != 6 or parts[0] != "p":
        wanted = f"p, {subject}, applications, get, {project}/*, allow"
        return "has not the six parts that it needs, or does not begin with `p`", f"such as: {wanted}"
    _, whom, resource, action, target, effect = parts
    if whom != subject:
        return f"is for `{whom}`, and so not for its own role", f"write {subject}"
    if resource not in _RESOURCES:
        return (
            f"is about `{resource}`, which a project cannot permit",
            f"write one of {', '.join(_RESOURCES)}",
        )
    if action not in _ACTIONS and not _PART_OF_ACTION.search(action):
        return f"has no action in `{action}`", f"write one of {', '.join(_ACTIONS)}, or action/…"
    if not re.fullmatch(rf"{re.escape(project)}(/[*\w.-]+)?/[*\w.-]+", target, re.ASCII):
        return f"is about `{target}`, which is not of this project", f"write {project}/* or {project}/NAME"
    if effect not in ("allow", "deny"):
        return f"neither allows nor denies, but has `{effect}`", "write allow or deny"
    return "", ""


def _account_problems(entry: Mapping[str, Any], place: Path) -> Iterator[_Problem]:
    for field in ("server", "namespace"):
        if "!" in text(entry, field):
            yield (*place, field), f"`{text(entry, field)}` cannot be denied here", "write what is meant"
    account = text(entry, "defaultServiceAccount")
    if not account.strip(" ") or _NO_ACCOUNT & set(account):
        hint = "write NAME or NAMESPACE:NAME"
        yield (*place, "defaultServiceAccount"), f"`{account}` is no service account", hint
