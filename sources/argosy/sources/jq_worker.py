"""The process that runs jq: `python -P -m argosy.sources.jq_worker`.

Reads lines `[expressions, documents]` of JSON and answers each with a line `{"documents": …}` or
`{"error": …}`. Ends when its input does. The only module that knows the jq library.
"""

import json
import resource
import sys
import time
from functools import lru_cache
from typing import Any

__all__ = ["main"]

_MEMORY = 1 << 29
_PROCESSOR_SECONDS = 60
"""Whoever waits ends the process much earlier; this is for a loop whose waiter has died."""


def main() -> int:
    """Answers until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    print("ready", flush=True)  # whoever waits does not count the start
    for line in sys.stdin.buffer:
        _limit_time()
        expressions, documents = json.loads(line)
        sys.stdout.write(json.dumps(_answer(expressions, documents)) + "\n")
        sys.stdout.flush()
    return 0


def _limit_time() -> None:
    used = int(time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + _PROCESSOR_SECONDS, resource.RLIM_INFINITY))


def _answer(expressions: list[str], documents: list[Any]) -> dict[str, Any]:
    try:
        import jq  # noqa: F401  # to say that it is missing
    except ImportError:
        text = "jqPathExpressions need the package jq, which is not installed: pip install jq"
        return {"error": text}
    try:
        programs = [_compile(expression) for expression in expressions]
    except ValueError as error:
        return {"error": str(error)}
    found = []
    for document in documents:
        for program in programs:
            document = _deleted(program, document)
        found.append(document)
    return {"documents": found}


@lru_cache(maxsize=1024)
def _compile(expression: str) -> Any:
    import jq

    try:
        return jq.compile(f"del({expression})")
    except ValueError as error:
        said = str(error).splitlines()[0]
        raise ValueError(f"`{expression}` is no jq path: {said.removeprefix('jq: error: ')}") from error


def _deleted(program: Any, document: Any) -> Any:
    try:
        results = program.input_value(document).all()
    except ValueError:
        return document  # it looks into what is not there, for one: nothing to ignore
    return results[0] if len(results) == 1 else document


if __name__ == "__main__":
    sys.exit(main())
