"""Gitea and Forgejo: what Argo CD asks of their REST API, version 1."""

from dataclasses import replace
from urllib.parse import quote

from argosy.sources.providers.endpoint import Endpoint
from argosy.sources.providers.errors import INVALID_CREDENTIALS, ProviderError
from argosy.sources.providers.fields import flag, names, number, optional_text, text
from argosy.sources.providers.http_client import HttpClient
from argosy.sources.providers.provider import (
    Record,
    Session,
    Spec,
    all_or_nothing,
    clone_url,
    config_of,
    segment,
    token_of,
)
from argosy.sources.providers.query import Material, PullRequestQuery, RepositoryQuery

__all__ = ["Gitea"]

_PAGE = {"limit": "50"}
"""The server may give fewer than asked for, so the size of a page says nothing."""


class Gitea:
    """`gitea` of `scmProvider` and `pullRequest`."""

    async def endpoint(self, spec: Spec, material: Material, session: Session) -> Endpoint:
        """With the token of `tokenRef`, if there is one."""
        base = str(spec.get("api") or "").rstrip("/")
        if not base:
            raise ProviderError("`gitea` needs `api`, the server's URL", code=INVALID_CREDENTIALS)
        base = base if base.endswith("/api/v1") else f"{base}/api/v1"
        plain = Endpoint("Gitea", base, insecure=flag(spec, "insecure"))
        token, place = token_of(spec, material)
        if not token:
            return plain
        return replace(
            plain, headers={"Authorization": f"token {token}"}, secrets=(token,), token_place=place
        )

    async def repositories(self, client: HttpClient, query: RepositoryQuery) -> list[Record]:
        """The repositories of the organization `owner` with their default branch, or all branches."""
        spec = config_of(query.spec, "gitea")
        owner = str(spec.get("owner") or "")
        found = await client.get_pages(f"orgs/{segment(owner)}/repos", _PAGE)
        kept = [each for each in found if not (flag(spec, "excludeArchivedRepos") and flag(each, "archived"))]
        made = await all_or_nothing(_repository(client, each, owner, query.spec) for each in kept)
        chosen = [record for record in made if query.takes(record)]
        every = flag(spec, "allBranches")
        branches = await all_or_nothing(_branches(client, each, every) for each in chosen)
        records = [record for each in branches for record in each]
        await all_or_nothing(_look_up(client, record, query) for record in records)
        return records

    async def pull_requests(self, client: HttpClient, query: PullRequestQuery) -> list[Record]:
        """The open ones of `owner`/`repo` that have all of `labels`."""
        spec = config_of(query.spec, "gitea")
        wanted = set(names(spec, "labels"))
        place = f"repos/{segment(spec.get('owner') or '')}/{segment(spec.get('repo') or '')}"
        found = await client.get_pages(f"{place}/pulls", {"state": "open", **_PAGE})
        return [_pull_request(each) for each in found if wanted <= set(names(each, "labels", "name"))]


async def _repository(client: HttpClient, each: Record, owner: str, spec: Spec) -> Record:
    name = text(each, "name")
    labels = await client.get_pages(f"repos/{segment(owner)}/{segment(name)}/labels", _PAGE)
    # Argo CD gives the page's URL for https, which Gitea serves to git, too.
    ssh, https = text(each, "ssh_url"), text(each, "html_url")
    return {
        "organization": owner,
        "repository": name,
        "repositoryId": number(each, "id"),
        "url": clone_url(spec.get("cloneProtocol"), "Gitea", ssh, https),
        "branch": optional_text(each, "default_branch"),
        "sha": "",
        "labels": [text(label, "name") for label in labels],
        "paths": [],
    }


def _place(record: Record) -> str:
    return f"repos/{segment(record['organization'])}/{segment(record['repository'])}"


async def _branches(client: HttpClient, record: Record, every: bool) -> list[Record]:
    if every:
        found = await client.get_pages(f"{_place(record)}/branches", _PAGE)
    else:
        # Unlike with GitHub, a default branch that does not exist is an error to Argo CD.
        answer = (await client.get(f"{_place(record)}/branches/{segment(record['branch'])}")).value
        found = [answer if isinstance(answer, dict) else {}]
    return [{**record, "branch": text(each, "name"), "sha": text(each, "commit", "id")} for each in found]


async def _look_up(client: HttpClient, record: Record, query: RepositoryQuery) -> None:
    """Notes which of the paths that filters ask for are there."""
    paths = [path.strip("/") for path in query.paths(record)]
    asked = {"ref": str(record["branch"])}
    there = await all_or_nothing(
        client.exists(f"{_place(record)}/contents/{quote(path)}", asked) for path in paths
    )
    record["paths"] = [path for path, exists in zip(paths, there, strict=True) if exists]


def _pull_request(each: Record) -> Record:
    return {
        "number": number(each, "number"),
        "title": text(each, "title"),
        "branch": text(each, "head", "ref"),
        "targetBranch": text(each, "base", "ref"),
        "headSHA": text(each, "head", "sha"),
        # A Go slice that nothing was appended to: templates see null.
        "labels": names(each, "labels", "name") or None,
        "author": optional_text(each, "user", "login"),
    }
