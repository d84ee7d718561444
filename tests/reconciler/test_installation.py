"""Which namespaces an installation looks at."""

import pytest

from argosy.reconciler.installation import Installation


@pytest.mark.parametrize(
    ("patterns", "namespace", "ours"),
    [
        ((), "argocd", True),
        ((), "team-a", False),
        (("team-*",), "team-a", True),
        (("team-*",), "other", False),
        (("/^team-[ab]$/",), "team-b", True),
        (("/^team-[ab]$/",), "team-bc", False),
        (("/(/",), "team-a", False),
        (("*",), "anything", True),
    ],
)
def test_applications_count_in_its_own_namespace_and_in_those_that_the_option_matches(
    patterns, namespace, ours
):
    assert Installation(application_namespaces=patterns).manages("Application", namespace) is ours


def test_sets_count_in_its_own_namespace_only():
    installation = Installation(application_namespaces=("*",))
    assert installation.manages("ApplicationSet", "argocd")
    assert not installation.manages("ApplicationSet", "team-a")
