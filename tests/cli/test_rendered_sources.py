"""Which failures speak of a source itself, and which only of its repository."""

from typing import cast

from argosy.cli.rendered_sources import DoesNotRender, rendering
from argosy.cli.repositories import KnownRepositories
from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.application import Application
from argosy.sources.errors import DEADLINE
from argosy.sources.tree import Tree

CHART = Application(
    {
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": "https://git.example.com/org/repo.git", "path": "chart"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "apps"},
        },
    }
)


class SlowRepositories:
    """Git does not answer in time."""

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        return Unknown("git fetch did not end", code=DEADLINE)


def test_a_repository_that_does_not_answer_is_no_fault_of_the_source() -> None:
    with rendering(cast(KnownRepositories, SlowRepositories()), 1.0, "argocd") as render:
        (answer,) = render([CHART])
    assert isinstance(answer, Unknown)
    assert answer.code == DEADLINE
    assert not isinstance(answer, DoesNotRender)
