"""The SCM provider generator: the repositories of an organization."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from argosy.generators.answer_lines import answer_origin
from argosy.generators.generator import Context, GeneratorError, ask
from argosy.generators.parameters import Parameters, floats
from argosy.generators.slug import normalize
from argosy.generators.spec_fields import items, text
from argosy.generators.user_patterns import compile_pattern
from argosy.generators.values import Values
from argosy.generators.world import ProviderQuery
from argosy.schemas.position import Path

__all__ = ["PROVIDERS", "ScmProvider"]

PROVIDERS = ("github", "gitlab", "gitea", "bitbucketServer", "azureDevOps", "bitbucket", "awsCodeCommit")
"""The providers in the order in which Argo CD looks for them."""


class ScmProvider:
    """`scmProvider`: one parameter set for each repository, and branch where all are asked for."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        provider = next((name for name in PROVIDERS if isinstance(spec.get(name), Mapping)), None)
        if provider is None:
            raise GeneratorError(
                f"`scmProvider` names no provider; one of {', '.join(PROVIDERS)}",
                position=context.locate(path),
            )
        filters = _filters(spec, path, context)
        query = ProviderQuery(provider, spec, context.settings.namespace, filters)
        answer = context.world.repositories(query)
        repositories = ask(answer, path, context)
        places = {id(each): index for index, each in enumerate(repositories)}
        values = Values.of(spec, path, context)
        found = []
        for repository in filters.chosen(repositories):
            parameters = _parameters(repository)
            found.append(
                values.added(
                    parameters, partial(answer_origin, answer, (places[id(repository)],), path, context)
                )
            )
        return found


def _parameters(repository: Mapping[str, object]) -> dict[str, object]:
    sha, branch = text(repository, "sha"), text(repository, "branch")
    return {
        "organization": text(repository, "organization"),
        "repository": text(repository, "repository"),
        "repository_id": floats(repository.get("repositoryId")),
        "url": text(repository, "url"),
        "branch": branch,
        "sha": sha,
        "short_sha": sha[:8],
        "short_sha_7": sha[:7],
        "labels": ",".join(str(label) for label in items(repository, "labels")),
        "branchNormalized": normalize(branch),
    }


_OF_REPOSITORIES = ("repositoryMatch", "labelMatch")
_OF_BRANCHES = ("branchMatch", "pathsExist", "pathsDoNotExist")


@dataclass(frozen=True, slots=True)
class _Filter:
    repository: Callable[[str], bool] | None
    label: Callable[[str], bool] | None
    branch: Callable[[str], bool] | None
    paths_exist: Sequence[object]
    paths_missing: Sequence[object]
    on_branches: bool
    """Argo CD asks these after it has looked up the branches; the others before."""

    def matches_repository(self, repository: Mapping[str, object]) -> bool:
        labels = [str(label) for label in items(repository, "labels")]
        return (self.repository is None or self.repository(text(repository, "repository"))) and (
            self.label is None or any(self.label(label) for label in labels)
        )

    def matches_branch(self, repository: Mapping[str, object]) -> bool:
        return self.branch is None or self.branch(text(repository, "branch"))

    def matches(self, repository: Mapping[str, object]) -> bool:
        paths = {str(path) for path in items(repository, "paths")}
        return (
            self.matches_repository(repository)
            and self.matches_branch(repository)
            and all(_has_path(paths, str(path)) for path in self.paths_exist)
            and not any(_has_path(paths, str(path)) for path in self.paths_missing)
        )


def _has_path(paths: set[str], path: str) -> bool:
    path = path.strip("/")
    return path in paths or any(each.startswith(path + "/") for each in paths)


@dataclass(frozen=True, slots=True)
class _Filters:
    """One filter of each stage must take a repository; a stage without filters takes all."""

    filters: Sequence[_Filter]

    def chosen(self, repositories: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
        found = list(repositories)
        for stage in (self._stage(on_branches=False), self._stage(on_branches=True)):
            if stage:
                found = [each for each in found if any(one.matches(each) for one in stage)]
        return found

    def takes(self, repository: Mapping[str, object]) -> bool:
        """`Narrowing`: asked before branches are known."""
        stages = (self._stage(on_branches=False), self._stage(on_branches=True))
        return all(not stage or any(one.matches_repository(repository) for one in stage) for stage in stages)

    def paths(self, branch: Mapping[str, object]) -> Sequence[str]:
        """`Narrowing`: what filters that could take the branch ask for."""
        asked = (
            str(path)
            for each in self._stage(on_branches=True)
            if each.matches_repository(branch) and each.matches_branch(branch)
            for path in (*each.paths_exist, *each.paths_missing)
        )
        return tuple(dict.fromkeys(asked))

    def _stage(self, *, on_branches: bool) -> list[_Filter]:
        return [each for each in self.filters if each.on_branches is on_branches]


def _filters(spec: Mapping[str, object], path: Path, context: Context) -> _Filters:
    filters = []
    for index, each in enumerate(items(spec, "filters")):
        place = (*path, "filters", index)
        if not isinstance(each, Mapping):
            raise GeneratorError("a filter must be a map", position=context.locate(place))
        if all(each.get(key) is None for key in (*_OF_REPOSITORIES, *_OF_BRANCHES)):
            # An empty filter is of no stage: it neither takes nor refuses.
            continue
        filters.append(
            _Filter(
                repository=compile_pattern(each, "repositoryMatch", place, context),
                label=compile_pattern(each, "labelMatch", place, context),
                branch=compile_pattern(each, "branchMatch", place, context),
                paths_exist=items(each, "pathsExist"),
                paths_missing=items(each, "pathsDoNotExist"),
                on_branches=any(each.get(key) is not None for key in _OF_BRANCHES),
            )
        )
    return _Filters(tuple(filters))
