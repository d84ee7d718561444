"""GitHub and GitHub Enterprise: what Argo CD asks of their REST API, version 2022-11-28."""

import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from argosy.sources.providers.endpoint import Endpoint
from argosy.sources.providers.errors import INVALID_CREDENTIALS, ProviderError, ProviderNotFoundError
from argosy.sources.providers.fields import flag, names, number, optional_text, text
from argosy.sources.providers.github_app import App, read_app, signed_statement
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

__all__ = ["GitHub"]

_PAGE = {"per_page": "100"}


class GitHub:
    """`github` of `scmProvider` and `pullRequest`."""

    async def endpoint(self, spec: Spec, material: Material, session: Session) -> Endpoint:
        """With the token of `tokenRef`, or as the App of `appSecretName`."""
        plain = Endpoint("GitHub", _api(str(spec.get("api") or "")), _headers(""))
        name = str(spec.get("appSecretName") or "")
        if name:
            return await _as_app(plain, name, spec, material, session)
        token, place = token_of(spec, material)
        if not token:
            return plain
        return replace(plain, headers=_headers(token), secrets=(token,), token_place=place)

    async def repositories(self, client: HttpClient, query: RepositoryQuery) -> list[Record]:
        """The repositories of `organization` with their default branch, or all branches."""
        spec = config_of(query.spec, "github")
        organization = str(spec.get("organization") or "")
        found = await client.get_pages(f"orgs/{segment(organization)}/repos", _PAGE)
        chosen = [
            record
            for each in found
            if not (flag(spec, "excludeArchivedRepos") and flag(each, "archived"))
            if query.takes(record := _repository(each, query.spec))
        ]
        every = flag(spec, "allBranches")
        branches = await all_or_nothing(_branches(client, each, every) for each in chosen)
        records = [record for each in branches for record in each]
        await all_or_nothing(_look_up(client, record, query) for record in records)
        return records

    async def pull_requests(self, client: HttpClient, query: PullRequestQuery) -> list[Record]:
        """The open ones of `owner`/`repo` that have all of `labels`."""
        spec = config_of(query.spec, "github")
        wanted = set(names(spec, "labels"))
        place = f"repos/{segment(spec.get('owner') or '')}/{segment(spec.get('repo') or '')}"
        found = await client.get_pages(f"{place}/pulls", _PAGE)
        return [_pull_request(each) for each in found if wanted <= set(names(each, "labels", "name"))]


def _api(url: str) -> str:
    """The API's base: GitHub Enterprise has it below `/api/v3`, unless its host says that it is the API."""
    if not url:
        return "https://api.github.com"
    host = urlsplit(url).hostname or ""
    plain = url.rstrip("/")
    if plain.endswith("/api/v3") or host.startswith("api.") or ".api." in host:
        return plain
    return f"{plain}/api/v3"


def _headers(token: str) -> dict[str, str]:
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers


async def _as_app(plain: Endpoint, name: str, spec: Spec, material: Material, session: Session) -> Endpoint:
    secret = material.secrets.get(name)
    if secret is None:
        raise ProviderError(f"the Secret `{name}` of appSecretName does not exist", code=INVALID_CREDENTIALS)
    app = read_app(name, secret.data)
    base = _api(str(spec.get("api") or "") or app.api)
    owner = str(spec.get("organization") or spec.get("owner") or "")
    key = (base, app.id, app.installation, owner, hash(app.private_key))
    token = session.tokens.get(key)
    if not token:
        statement = signed_statement(app, time.time())
        asking = replace(
            plain,
            base=base,
            headers=_headers(statement),
            secrets=(statement,),
            token_place=f"Secret `{name}`, key `githubAppPrivateKey`",
        )
        async with session.open(asking) as client:
            installation = app.installation or await _installation(client, app, owner)
            reply = await client.post(f"app/installations/{installation}/access_tokens", {})
        token = session.tokens.put(key, reply.value)
    place = f"Secret `{name}` (the App's installation)"
    return replace(plain, base=base, headers=_headers(token), secrets=(token,), token_place=place)


async def _installation(client: HttpClient, app: App, owner: str) -> int:
    """Where the App is installed for an owner, who may be an organization or a user."""
    for kind in ("orgs", "users"):
        try:
            answer = (await client.get(f"{kind}/{segment(owner)}/installation")).value
        except ProviderNotFoundError:
            continue
        return number(answer if isinstance(answer, Mapping) else {}, "id")
    raise ProviderError(f"the GitHub App {app.id} is not installed for {owner}", code=INVALID_CREDENTIALS)


def _repository(each: Record, spec: Spec) -> Record:
    ssh, https = text(each, "ssh_url"), text(each, "clone_url")
    return {
        "organization": text(each, "owner", "login"),
        "repository": text(each, "name"),
        "repositoryId": number(each, "id"),
        "url": clone_url(spec.get("cloneProtocol"), "GitHub", ssh, https),
        "branch": optional_text(each, "default_branch"),
        "sha": "",
        "labels": names(each, "topics"),
        "paths": [],
    }


def _place(record: Record) -> str:
    return f"repos/{segment(record['organization'])}/{segment(record['repository'])}"


async def _branches(client: HttpClient, record: Record, every: bool) -> list[Record]:
    if every:
        found = await client.get_pages(f"{_place(record)}/branches", _PAGE)
    else:
        try:
            answer = (await client.get(f"{_place(record)}/branches/{segment(record['branch'])}")).value
        except ProviderNotFoundError:
            return []  # an empty repository names a default branch that does not exist
        found = [answer if isinstance(answer, dict) else {}]
    return [{**record, "branch": text(each, "name"), "sha": text(each, "commit", "sha")} for each in found]


async def _look_up(client: HttpClient, record: Record, query: RepositoryQuery) -> None:
    """Notes which of the paths that filters ask for are there."""
    paths = query.paths(record)
    query_of = {"ref": str(record["branch"])}
    there = await all_or_nothing(
        client.exists(f"{_place(record)}/contents/{quote(path.strip('/'))}", query_of) for path in paths
    )
    record["paths"] = [path.strip("/") for path, exists in zip(paths, there, strict=True) if exists]


def _pull_request(each: Record) -> Record:
    return {
        "number": number(each, "number"),
        "title": text(each, "title"),
        "branch": text(each, "head", "ref"),
        "targetBranch": text(each, "base", "ref"),
        "headSHA": text(each, "head", "sha"),
        # A Go slice that nothing was appended to: templates see null.
        "labels": names(each, "labels", "name") or None,
        # The account may be gone.
        "author": optional_text(each, "user", "login"),
    }
