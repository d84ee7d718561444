"""The services that a golden case asks, from its file `services.yaml`, on free ports of this machine.

    http://the-github.test:
      speaks: github                     # gitea, github, gitlab, plugin, or git (HTTP, and wants a password)
      repositories: [{organization: acme, name: web}]
      answers: {status: 429, headers: {Retry-After: "3600"}, value: …}     # always that, instead
      silent: true                       # never answers

The address stands for the service in all files of the case and in what the commands print. It must be as long
as `http://127.0.0.1:12345`, so that marks below source lines stay where they are.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from provider_services import (
    Answer,
    GiteaService,
    GitHubService,
    GitLabService,
    PluginService,
    Repo,
    Request,
    Service,
    serving,
)

__all__ = ["Addresses", "services_of"]


class _GitService(Service):
    """Git over HTTP that lets nobody in."""

    def answer(self, request: Request) -> Answer:
        return Answer(401, raw=b"", headers={"WWW-Authenticate": 'Basic realm="git"'})


_KINDS: Mapping[str, Callable[[list[Repo]], Service]] = {
    "git": _GitService,
    "gitea": GiteaService,
    "github": GitHubService,
    "gitlab": GitLabService,
    "plugin": lambda _: PluginService([]),
}


class Addresses:
    """Stand-ins of services and where they really are."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._hosts = {urlsplit(name).netloc: urlsplit(url).netloc for name, url in urls.items()}
        for name, host in self._hosts.items():
            assert len(name) == len(host), f"{name} must be as long as {host}"

    def put_in(self, content: bytes) -> bytes:
        """A file's content with the real addresses."""
        for name, host in self._hosts.items():
            content = content.replace(name.encode(), host.encode())
        return content

    def take_out(self, text: str) -> str:
        """What was printed, with the stand-ins again."""
        for name, host in self._hosts.items():
            text = text.replace(host, name)
        return text


@contextmanager
def services_of(file: Path) -> Iterator[Addresses]:
    """The services of a file, if there is one, until the block ends."""
    wanted = yaml.safe_load(file.read_text()) if file.exists() else {}
    ended = threading.Event()
    with ExitStack() as stack:
        urls = {}
        for name, each in wanted.items():
            service = _KINDS[each["speaks"]]([Repo(**repo) for repo in each.get("repositories", ())])
            service.trouble = _trouble(each, ended)
            urls[name] = stack.enter_context(serving(service)).url
        stack.callback(ended.set)
        yield Addresses(urls)


def _trouble(wanted: Mapping[str, Any], ended: threading.Event) -> Callable[[Request, int], Answer | None]:
    def trouble(_request: Request, _number: int) -> Answer | None:
        if wanted.get("silent"):
            ended.wait(60)
        return Answer(**wanted["answers"]) if "answers" in wanted else None

    return trouble
