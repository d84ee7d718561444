"""What every repository and revision means in one pass: the snapshot that all Applications are compared with.

Fetches each repository once a refresh and resolves each revision once; nothing in between changes an
answer. Git's blocking calls run in threads. A repository that cannot be asked makes its answers `Unknown`,
never old.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.sources.git import Repositories

__all__ = ["Asked", "Revisions"]

Asked = tuple[str, str]
"""A repository's URL and a revision as it is written in a specification."""


@dataclass(slots=True)
class _Repository:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    fetched_at: float | None = None
    problem: Unknown | None = None


class Revisions:
    """The present snapshot. `parallel` bounds the number of repositories that are fetched at once."""

    def __init__(self, repositories: Repositories, *, parallel: int = 8) -> None:
        self.number = 0
        self._repositories = repositories
        self._known: dict[str, _Repository] = {}
        self._answers: dict[Asked, Answer[str]] = {}
        self._parallel = asyncio.Semaphore(parallel)

    @property
    def answers(self) -> Mapping[Asked, Answer[str]]:
        """All that was asked so far. What it holds stays; another snapshot is another mapping."""
        return self._answers

    def peek(self, url: str, revision: str) -> Answer[str] | None:
        """The answer if it was asked for before."""
        return self._answers.get((url, revision))

    async def resolve(self, url: str, revision: str) -> Answer[str]:
        """The commit that a revision means in this snapshot. Fetches a repository that was never asked
        for."""
        known = self._answers.get((url, revision))
        if known is not None:
            return known
        repository = self._known.setdefault(url, _Repository())
        async with repository.lock:
            if repository.fetched_at is None:
                await self._fetch(url, repository)
            number = self.number
            answer = repository.problem or await self._resolve(url, revision)
        if number == self.number:
            self._answers.setdefault((url, revision), answer)
        return self._answers.get((url, revision), answer)

    async def refresh(self, urls: Iterable[str] | None = None) -> set[Asked]:
        """Fetch all repositories (or these) anew; what is answered otherwise than before.

        The new answers hold from one moment on for everybody. A fetch that somebody else begins meanwhile
        does for both.
        """
        wanted = sorted(self._known if urls is None else set(urls) & set(self._known))
        now = asyncio.get_running_loop().time()
        problems = await asyncio.gather(*(self._refetch(url, now) for url in wanted))
        failed = dict(zip(wanted, problems, strict=True))
        asked = [key for key in self._answers if key[0] in failed]
        fresh: dict[Asked, Answer[str]] = {}
        for url, revision in asked:
            fresh[url, revision] = failed[url] or await self._resolve(url, revision)
        changed = {key for key, answer in fresh.items() if _differs(self._answers.get(key), answer)}
        self._answers = {**self._answers, **fresh}
        self.number += 1
        return changed

    def fetched_at(self, urls: Iterable[str]) -> dict[str, float]:
        """When each of these repositories was last fetched, by the event loop's clock."""
        times = ((url, self._known[url].fetched_at) for url in urls if url in self._known)
        return {url: at for url, at in times if at is not None}

    def forget(self, wanted: set[Asked]) -> None:
        """Keep only what somebody still wants, so that a deleted Application's repository is not fetched
        for ever."""
        self._answers = {key: answer for key, answer in self._answers.items() if key in wanted}
        urls = {url for url, _ in wanted}
        for url in [url for url in self._known if url not in urls]:
            del self._known[url]

    async def _refetch(self, url: str, asked_at: float) -> Unknown | None:
        repository = self._known[url]
        async with repository.lock:
            if repository.fetched_at is None or repository.fetched_at <= asked_at:
                await self._fetch(url, repository)
            return repository.problem

    async def _fetch(self, url: str, repository: _Repository) -> None:
        async with self._parallel:
            began, problem = asyncio.get_running_loop().time(), None
            try:
                await asyncio.to_thread(self._repositories.fetch, url)
            except ArgosyError as error:
                problem = Unknown(error.message, error.hint, error.code)
            repository.fetched_at, repository.problem = began, problem

    async def _resolve(self, url: str, revision: str) -> Answer[str]:
        try:
            commit = await asyncio.to_thread(self._repositories.resolve, url, revision)
        except ArgosyError as error:
            return Unknown(error.message, error.hint, error.code)
        return Known(commit, f"git {revision or 'HEAD'}@{commit[:8]}")


def _differs(before: Answer[str] | None, after: Answer[str]) -> bool:
    if isinstance(before, Known) and isinstance(after, Known):
        return before.value != after.value
    return before != after
