"""Local servers that speak the parts of GitHub's, GitLab's and Gitea's APIs, and a plugin's, that we ask for.

They hold real repositories' facts, page as the originals do (Link headers, `X-Total-Count`), know ETags, want
a token, and can be told to misbehave. Each notes every request that it gets.
"""

import hashlib
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

TOKEN = "marker-token-5b1f"


@dataclass
class Pull:
    number: int
    title: str
    branch: str
    target: str = "main"
    labels: list[str] = field(default_factory=list)
    author: str | None = "ann"
    state: str = "open"

    @property
    def sha(self) -> str:
        return sha_of(f"pull {self.number}")


@dataclass
class Repo:
    """A repository with branches and, for each, its files."""

    organization: str
    name: str
    branches: dict[str, list[str]] = field(default_factory=lambda: {"main": []})
    labels: list[str] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    archived: bool = False
    default: str = "main"

    @property
    def id(self) -> int:
        return int(sha_of(f"{self.organization}/{self.name}")[:6], 16)


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int = 0


@dataclass
class Answer:
    status: int = 200
    value: object = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


def sha_of(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


class Service:
    """One server. `page` is the most items that a page has, whatever a client asks for."""

    def __init__(self, repos: list[Repo] | None = None, page: int = 100) -> None:
        self.repos = repos or []
        self.page = page
        self.token = TOKEN
        self.links = True
        self.requests: list[Request] = []
        self.trouble: Callable[[Request, int], Answer | None] = lambda _request, _number: None
        """What it answers instead, given a request and how many of that path came before."""
        self.url = ""

    def paths(self) -> list[str]:
        """The requests so far, each with its page and status."""
        return [
            f"{each.path}{'?page=' + each.query['page'] if 'page' in each.query else ''} {each.status}"
            for each in self.requests
        ]

    def authorized(self, request: Request) -> bool:
        raise NotImplementedError

    def route(self, request: Request) -> Answer:
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        before = sum(each.path == request.path for each in self.requests)
        trouble = self.trouble(request, before)
        if trouble is None and not self.authorized(request):
            trouble = Answer(401, {"message": "Bad credentials"})
        answer = trouble or self.route(request)
        if answer.raw is None:
            answer.raw = json.dumps(answer.value).encode()
        if answer.status == 200 and request.method == "GET":
            answer.headers.setdefault("ETag", f'W/"{hashlib.sha256(answer.raw).hexdigest()}"')
            if request.headers.get("if-none-match") == answer.headers["ETag"]:
                answer.status, answer.raw = 304, b""
        request.status = answer.status
        self.requests.append(request)
        return answer

    def paged(self, request: Request, items: list[Any], size: str) -> Answer:
        """A page of a list, with links to its neighbours."""
        number = int(request.query.get("page", "1"))
        count = min(int(request.query.get(size, "30")), self.page)
        answer = Answer(value=items[(number - 1) * count : number * count])
        answer.headers["X-Total-Count"] = str(len(items))
        if self.links and number * count < len(items):
            # As behind a proxy that the service does not know of: another name than the one it was asked by.
            query = urlencode({**request.query, "page": number + 1})
            answer.headers["Link"] = (
                f'<http://internal.example{request.path}?{query}>; rel="next", '
                f'<http://internal.example{request.path}?page=9>; rel="last"'
            )
        return answer


class GitHubService(Service):
    """`/orgs/…`, `/repos/…` and an App's token, below `/api/v3`."""

    app_token = "marker-installation-77aa"

    def authorized(self, request: Request) -> bool:
        if request.path.startswith("/api/v3/app/"):
            return request.headers.get("authorization", "").count(".") == 2
        tokens = (self.token, self.app_token)
        return request.headers.get("authorization") in [f"Bearer {each}" for each in tokens]

    def route(self, request: Request) -> Answer:
        path = request.path.removeprefix("/api/v3")
        if match := re.fullmatch(r"/orgs/([^/]+)/repos", path):
            found = [each for each in self.repos if each.organization == match[1]]
            return self.paged(request, [self._repo(each) for each in found], "per_page") if found else _gone()
        if re.fullmatch(r"/app/installations/42/access_tokens", path):
            return Answer(201, {"token": self.app_token, "expires_at": "2999-01-01T00:00:00Z"})
        match = re.fullmatch(r"/repos/([^/]+)/([^/]+)/(.*)", path)
        repo = match and self.find(match[1], match[2])
        return self._in_repo(request, repo, match[3]) if match and repo else _gone()

    def find(self, organization: str, name: str) -> Repo | None:
        wanted = (organization, name)
        return next((each for each in self.repos if (each.organization, each.name) == wanted), None)

    def _in_repo(self, request: Request, repo: Repo, rest: str) -> Answer:
        if rest == "branches":
            return self.paged(request, [_branch(repo, each, "sha") for each in repo.branches], "per_page")
        if rest == "pulls":
            return self.paged(
                request, [_pull(each) for each in repo.pulls if each.state == "open"], "per_page"
            )
        kind, _, name = rest.partition("/")
        if kind == "branches" and unquote(name) in repo.branches:
            return Answer(value=_branch(repo, unquote(name), "sha"))
        if kind == "contents" and has_path(repo, request.query["ref"], unquote(name)):
            return Answer(value={"path": name})
        return _gone()

    def _repo(self, repo: Repo) -> dict[str, Any]:
        return {
            "id": repo.id,
            "name": repo.name,
            "owner": {"login": repo.organization},
            "ssh_url": f"git@github.example:{repo.organization}/{repo.name}.git",
            "clone_url": f"https://github.example/{repo.organization}/{repo.name}.git",
            "default_branch": repo.default,
            "topics": repo.labels,
            "archived": repo.archived,
        }


class GiteaService(Service):
    """`/orgs/…` and `/repos/…` below `/api/v1`."""

    def authorized(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"token {self.token}"

    def route(self, request: Request) -> Answer:
        path = request.path.removeprefix("/api/v1")
        if match := re.fullmatch(r"/orgs/([^/]+)/repos", path):
            found = [each for each in self.repos if each.organization == match[1]]
            return self.paged(request, [self._repo(each) for each in found], "limit") if found else _gone()
        match = re.fullmatch(r"/repos/([^/]+)/([^/]+)/([^/]+)/?(.*)", path)
        wanted = match and (match[1], match[2])
        repo = next((each for each in self.repos if (each.organization, each.name) == wanted), None)
        if not match or repo is None:
            return _gone()
        kind, name = match[3], unquote(match[4])
        if kind == "labels":
            return self.paged(request, [{"name": each} for each in repo.labels], "limit")
        if kind == "pulls":
            return self.paged(request, _open_pulls(repo), "limit")
        if kind == "branches" and not name:
            return self.paged(request, [_branch(repo, each, "id") for each in repo.branches], "limit")
        if kind == "branches" and name in repo.branches:
            return Answer(value=_branch(repo, name, "id"))
        if kind == "contents" and has_path(repo, request.query["ref"], name):
            return Answer(value={"path": name})
        return _gone()

    def _repo(self, repo: Repo) -> dict[str, Any]:
        return {
            "id": repo.id,
            "name": repo.name,
            "ssh_url": f"git@gitea.example:{repo.organization}/{repo.name}.git",
            "html_url": f"https://gitea.example/{repo.organization}/{repo.name}",
            "default_branch": repo.default,
            "archived": repo.archived,
        }


class GitLabService(Service):
    """`/groups/…` and `/projects/…` below `/api/v4`."""

    def authorized(self, request: Request) -> bool:
        return request.headers.get("private-token") == self.token

    def route(self, request: Request) -> Answer:
        path = request.path.removeprefix("/api/v4")
        if match := re.fullmatch(r"/groups/([^/]+)/projects", path):
            return self._projects(request, unquote(match[1]))
        match = re.fullmatch(r"/projects/([^/]+)/(.*)", path)
        repo = match and self._project(unquote(match[1]))
        if not match or not repo:
            return _gone()
        if match[2] == "merge_requests":
            return self._merge_requests(request, repo)
        if match[2] == "repository/tree":
            return self._tree(request, repo)
        kind, _, name = match[2].removeprefix("repository/").partition("/")
        if kind == "branches" and not name:
            return self.paged(request, [_branch(repo, each, "id") for each in repo.branches], "per_page")
        if kind == "branches" and unquote(name) in repo.branches:
            return Answer(value=_branch(repo, unquote(name), "id"))
        return _gone()

    def _project(self, name: str) -> Repo | None:
        for each in self.repos:
            if name in (str(each.id), f"{each.organization}/{each.name}"):
                return each
        return None

    def _projects(self, request: Request, group: str) -> Answer:
        query = request.query
        found = [
            each
            for each in self.repos
            if each.organization == group
            or (query.get("include_subgroups") == "true" and each.organization.startswith(group + "/"))
        ]
        if not found:
            return _gone()
        if query.get("archived") == "false":
            found = [each for each in found if not each.archived]
        if topic := query.get("topic"):
            found = [each for each in found if topic in each.labels]
        return self.paged(request, [self._repo(each) for each in found], "per_page")

    def _merge_requests(self, request: Request, repo: Repo) -> Answer:
        states = {"open": "opened"}
        wanted = set(filter(None, request.query.get("labels", "").split(",")))
        found = [
            {
                "iid": each.number,
                "title": each.title,
                "source_branch": each.branch,
                "target_branch": each.target,
                "sha": each.sha,
                "labels": each.labels,
                "author": {"username": each.author},
            }
            for each in repo.pulls
            if wanted <= set(each.labels)
            and request.query.get("state", "all") in ("all", states.get(each.state, each.state))
        ]
        return self.paged(request, found, "per_page")

    def _tree(self, request: Request, repo: Repo) -> Answer:
        folder = request.query.get("path", "")
        files = repo.branches.get(request.query["ref"], [])
        below = [each for each in files if not folder or each.startswith(folder + "/")]
        if not below:
            return _gone()
        start = len(folder) + 1 if folder else 0
        names = sorted({each[start:].partition("/")[0] for each in below})
        items = [{"path": f"{folder}/{name}" if folder else name} for name in names]
        return self.paged(request, items, "per_page")

    def _repo(self, repo: Repo) -> dict[str, Any]:
        return {
            "id": repo.id,
            "path": repo.name,
            "namespace": {"full_path": repo.organization},
            "ssh_url_to_repo": f"git@gitlab.example:{repo.organization}/{repo.name}.git",
            "http_url_to_repo": f"https://gitlab.example/{repo.organization}/{repo.name}.git",
            "default_branch": repo.default,
            "topics": repo.labels,
        }


class PluginService(Service):
    """`POST /api/v1/getparams.execute`: answers with `parameters`."""

    def __init__(self, parameters: list[dict[str, Any]]) -> None:
        super().__init__()
        self.parameters = parameters

    def authorized(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.token}"

    def route(self, request: Request) -> Answer:
        if (request.method, request.path) != ("POST", "/api/v1/getparams.execute"):
            return _gone()
        return Answer(value={"output": {"parameters": self.parameters}})


def has_path(repo: Repo, branch: str, path: str) -> bool:
    files = repo.branches.get(branch, [])
    return any(each == path or each.startswith(path + "/") for each in files)


def _branch(repo: Repo, name: str, key: str) -> dict[str, Any]:
    return {"name": name, "commit": {key: sha_of(f"{repo.name} {name}")}}


def _open_pulls(repo: Repo) -> list[dict[str, Any]]:
    return [_pull(each) for each in repo.pulls if each.state == "open"]


def _pull(pull: Pull) -> dict[str, Any]:
    return {
        "number": pull.number,
        "title": pull.title,
        "head": {"ref": pull.branch, "sha": pull.sha},
        "base": {"ref": pull.target},
        "labels": [{"name": each} for each in pull.labels],
        "user": {"login": pull.author} if pull.author else None,
    }


def _gone() -> Answer:
    return Answer(404, {"message": "Not Found"})


@contextmanager
def serving(service: Service, tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """The service on a free port of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            headers = {key.lower(): value for key, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            answer = service.answer(Request(self.command, parts.path, query, headers, body))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.raw or b"")))
            with suppress(ConnectionError):  # who asked may have lost patience
                self.end_headers()
                self.wfile.write(answer.raw or b"")

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        # The handshake belongs to the thread that serves the connection, not to the one that accepts.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
