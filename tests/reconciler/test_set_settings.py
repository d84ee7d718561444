"""What argocd-cmd-params-cm decides for all sets: policy, other people's fields, globbing."""

import pytest

from argosy.reconciler.set_settings import SetSettings
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

PREFIX = "applicationsetcontroller."


def settings(**data):
    return SetSettings.parse({f"{PREFIX}{key.replace('_', '.')}": value for key, value in data.items()})


def policy(found, own=None):
    return found.policy_of(ApplicationSet({"spec": {"syncPolicy": {"applicationsSync": own}} if own else {}}))


def test_without_settings_a_set_decides_for_itself():
    assert policy(settings()) is ApplicationsSync.SYNC
    assert policy(settings(), "create-only") is ApplicationsSync.CREATE_ONLY


def test_a_policy_of_the_installation_is_not_overridden_unless_it_says_so():
    assert policy(settings(policy="create-only")) is ApplicationsSync.CREATE_ONLY
    assert policy(settings(policy="create-only"), "sync") is ApplicationsSync.CREATE_ONLY
    allowed = settings(policy="create-only", enable_policy_override="True")
    assert policy(allowed) is ApplicationsSync.CREATE_ONLY
    assert policy(allowed, "sync") is ApplicationsSync.SYNC
    assert policy(settings(enable_policy_override="false"), "create-only") is ApplicationsSync.SYNC
    assert (
        policy(settings(policy="sync", enable_policy_override="maybe"), "create-only")
        is ApplicationsSync.SYNC
    )


def test_a_policy_that_does_not_exist_is_refused():
    with pytest.raises(ArgosyError, match=r"applicationsetcontroller\.policy"):
        settings(policy="create")


def test_preserved_fields_of_the_installation_come_to_those_of_the_set():
    found = settings(global_preserved_annotations="a, b,", global_preserved_labels="c")
    own = ApplicationSet({"spec": {"preservedFields": {"labels": ["d"]}}})
    preserved = found.preserved_of(own)
    assert preserved.annotations == ("a", "b")
    assert preserved.labels == ("d", "c")


def test_how_generators_look_for_files_is_read():
    assert not settings().new_git_file_globbing
    assert settings(enable_new_git_file_globbing="true").new_git_file_globbing
    assert SetSettings.parse({"reposerver.include.hidden.directories": "true"}).include_hidden_directories
