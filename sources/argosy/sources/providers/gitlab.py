"""GitLab: what Argo CD asks of its REST API, version 4."""

import posixpath
from dataclasses import replace
from typing import cast

from argosy.sources.providers.endpoint import Endpoint
from argosy.sources.providers.errors import ProviderNotFoundError
from argosy.sources.providers.fields import flag, names, number, optional_text, text
from argosy.sources.providers.http_client import HttpClient
from argosy.sources.providers.provider import (
    Record,
    Session,
    Spec,
    all_or_nothing,
    authority_of,
    clone_url,
    config_of,
    segment,
    token_of,
)
from argosy.sources.providers.query import Material, PullRequestQuery, RepositoryQuery

__all__ = ["GitLab"]

_PAGE = {"per_page": "100"}


class GitLab:
    """`gitlab` of `scmProvider` and `pullRequest`."""

    async def endpoint(self, spec: Spec, material: Material, session: Session) -> Endpoint:
        """With the token of `tokenRef`, if there is one."""
        base = str(spec.get("api") or "https://gitlab.com").rstrip("/")
        base = base if base.endswith("/api/v4") else f"{base}/api/v4"
        insecure, authority = flag(spec, "insecure"), authority_of(spec, material)
        plain = Endpoint("GitLab", base, insecure=insecure, authority=authority)
        token, place = token_of(spec, material)
        if not token:
            return plain
        return replace(plain, headers={"PRIVATE-TOKEN": token}, secrets=(token,), token_place=place)

    async def repositories(self, client: HttpClient, query: RepositoryQuery) -> list[Record]:
        """The projects of `group` with their default branch, or all branches."""
        spec = config_of(query.spec, "gitlab")
        found = await client.get_pages(f"groups/{segment(spec.get('group') or '')}/projects", _asked(spec))
        chosen = [record for each in found if query.takes(record := _repository(each, query.spec))]
        every = flag(spec, "allBranches")
        branches = await all_or_nothing(_branches(client, each, every) for each in chosen)
        records = [record for each in branches for record in each]
        await all_or_nothing(_look_up(client, record, query) for record in records)
        return records

    async def pull_requests(self, client: HttpClient, query: PullRequestQuery) -> list[Record]:
        """The merge requests of `project` with all of `labels`, in `pullRequestState` (any, if empty)."""
        spec = config_of(query.spec, "gitlab")
        asked = dict(_PAGE)
        if labels := names(spec, "labels"):
            asked["labels"] = ",".join(labels)
        if state := str(spec.get("pullRequestState") or ""):
            asked["state"] = state
        project = segment(spec.get("project") or "")
        found = await client.get_pages(f"projects/{project}/merge_requests", asked)
        return [_merge_request(each) for each in found]


def _asked(spec: Spec) -> dict[str, str]:
    """The query for a group's projects. Argo CD takes shared ones unless told not to, archived ones only
    if told to."""
    shared = spec.get("includeSharedProjects")
    asked = {
        **_PAGE,
        "include_subgroups": "true" if flag(spec, "includeSubgroups") else "false",
        "with_shared": "false" if shared is False else "true",
    }
    if topic := str(spec.get("topic") or ""):
        asked["topic"] = topic
    if not flag(spec, "includeArchivedRepos"):
        asked["archived"] = "false"
    return asked


def _repository(each: Record, spec: Spec) -> Record:
    ssh, https = text(each, "ssh_url_to_repo"), text(each, "http_url_to_repo")
    return {
        "organization": text(each, "namespace", "full_path"),
        "repository": text(each, "path"),
        "repositoryId": number(each, "id"),
        "url": clone_url(spec.get("cloneProtocol"), "Gitlab", ssh, https),
        "branch": optional_text(each, "default_branch"),
        "sha": "",
        # Before GitLab 14.5 topics were called tags.
        "labels": names(each, "topics") or names(each, "tag_list"),
        "paths": [],
    }


async def _branches(client: HttpClient, record: Record, every: bool) -> list[Record]:
    place = f"projects/{record['repositoryId']}/repository/branches"
    if not every and not record["branch"]:
        return []  # a project without a commit
    try:
        if every:
            found = await client.get_pages(place, _PAGE)
        else:
            answer = (await client.get(f"{place}/{segment(record['branch'])}")).value
            found = [answer if isinstance(answer, dict) else {}]
    except ProviderNotFoundError:
        return []
    return [{**record, "branch": text(each, "name"), "sha": text(each, "commit", "id")} for each in found]


async def _look_up(client: HttpClient, record: Record, query: RepositoryQuery) -> None:
    """Notes which of the paths that filters ask for are there, by what their folders hold."""
    paths = [path.strip("/") for path in query.paths(record)]
    folders = sorted({posixpath.dirname(path) for path in paths})
    listed = await all_or_nothing(_folder(client, record, folder) for folder in folders)
    there = {path for each in listed for path in each}
    record["paths"] = [path for path in paths if path in there]


async def _folder(client: HttpClient, record: Record, folder: str) -> list[str]:
    asked = {**_PAGE, "path": folder, "ref": cast(str, record["branch"])}
    try:
        found = await client.get_pages(f"projects/{record['repositoryId']}/repository/tree", asked)
    except ProviderNotFoundError:
        return []  # there is no such folder
    return [text(each, "path") for each in found]


def _merge_request(each: Record) -> Record:
    return {
        "number": number(each, "iid"),
        "title": text(each, "title"),
        "branch": text(each, "source_branch"),
        "targetBranch": text(each, "target_branch"),
        "headSHA": optional_text(each, "sha"),
        "labels": names(each, "labels"),
        "author": optional_text(each, "author", "username"),
    }
