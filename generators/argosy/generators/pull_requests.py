"""The pull request generator: one parameter set for each open pull request of a repository."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from argosy.generators.answer_lines import answer_origin
from argosy.generators.generator import Context, GeneratorError, ask
from argosy.generators.go_values import Slice
from argosy.generators.parameters import Parameters, go_text
from argosy.generators.slug import slugify
from argosy.generators.spec_fields import items, text
from argosy.generators.user_patterns import compile_pattern
from argosy.generators.values import Values
from argosy.generators.world import ProviderQuery
from argosy.schemas.position import Path

__all__ = ["PROVIDERS", "PullRequests"]

PROVIDERS = ("github", "gitlab", "gitea", "bitbucketServer", "bitbucket", "azuredevops")
"""The providers in the order in which Argo CD looks for them."""

_FILTERS = {"branchMatch": "branch", "targetBranchMatch": "targetBranch", "titleMatch": "title"}


class PullRequests:
    """`pullRequest`."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        provider = next((name for name in PROVIDERS if isinstance(spec.get(name), Mapping)), None)
        if provider is None:
            raise GeneratorError(
                f"`pullRequest` names no provider; one of {', '.join(PROVIDERS)}",
                position=context.locate(path),
            )
        query = ProviderQuery(provider, spec, context.settings.namespace)
        answer = context.world.pull_requests(query)
        pulls = ask(answer, path, context)
        filters = _filters(spec, path, context)
        values = Values.of(spec, path, context)
        found = []
        for index, pull in enumerate(pulls):
            if filters and not any(matches(pull) for matches in filters):
                continue
            parameters = _parameters(pull, context)
            found.append(values.added(parameters, partial(answer_origin, answer, (index,), path, context)))
        return found


def _parameters(pull: Mapping[str, object], context: Context) -> dict[str, object]:
    branch, target, sha = text(pull, "branch"), text(pull, "targetBranch"), text(pull, "headSHA")
    number = pull.get("number")
    parameters: dict[str, object] = {
        "number": str(int(number)) if isinstance(number, (int, float)) else go_text(number),
        "title": text(pull, "title"),
        "branch": branch,
        "branch_slug": slugify(branch),
        "target_branch": target,
        "target_branch_slug": slugify(target),
        "head_sha": sha,
        "head_short_sha": sha[:8],
        "head_short_sha_7": sha[:7],
        "author": text(pull, "author"),
    }
    if context.structured:
        # Argo CD gives labels to Go templates only.
        labels = (str(label) for label in items(pull, "labels"))
        parameters["labels"] = Slice(labels, is_nil=pull.get("labels") is None)
    return parameters


def _filters(
    spec: Mapping[str, object], path: Path, context: Context
) -> list[Callable[[Mapping[str, object]], bool]]:
    filters: list[Callable[[Mapping[str, object]], bool]] = []
    for index, each in enumerate(items(spec, "filters")):
        place = (*path, "filters", index)
        if not isinstance(each, Mapping):
            raise GeneratorError("a filter must be a map", position=context.locate(place))
        patterns = {
            field: pattern
            for key, field in _FILTERS.items()
            if (pattern := compile_pattern(each, key, place, context)) is not None
        }
        filters.append(partial(_matches, patterns))
    return filters


def _matches(patterns: Mapping[str, Callable[[str], bool]], pull: Mapping[str, object]) -> bool:
    return all(matches(text(pull, field)) for field, matches in patterns.items())
