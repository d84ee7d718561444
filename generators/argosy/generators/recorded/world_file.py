"""The file of a recorded world: YAML in a fixed order, so that its history shows what changed.

apiVersion: argosy.dev/v1alpha1
kind: RecordedWorld
answers:
- kind: repositories
  asked: {…}
  asOf: "2026-01-01T00:00:00Z"
  provenance: GitHub at api.github.com
  value: […]            # or: unknown: {reason, hint, code}
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from argosy.generators.parameters import whole_numbers
from argosy.generators.questions import Question
from argosy.generators.recorded.answer import RecordedAnswer, instant_of, instant_text
from argosy.generators.recorded.recorded_world import RecordedWorld
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Known, Unknown
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["KIND", "read_world", "write_world"]

API_VERSION = "argosy.dev/v1alpha1"
KIND = "RecordedWorld"


def write_world(answers: Iterable[RecordedAnswer]) -> str:
    """The text of a file with these answers, sorted by question."""
    entries = [_entry(each) for each in sorted(answers, key=lambda each: each.question)]
    return write_yaml({"apiVersion": API_VERSION, "kind": KIND, "answers": entries})


def _entry(each: RecordedAnswer) -> dict[str, object]:
    entry: dict[str, object] = {"kind": each.question.kind, "asOf": instant_text(each.as_of)}
    if asked := each.question.value:
        entry["asked"] = asked
    if isinstance(each.answer, Unknown):
        told = {"reason": each.answer.reason, "hint": each.answer.hint, "code": each.answer.code}
        entry["unknown"] = {key: text for key, text in told.items() if text}
    else:
        entry |= {"provenance": each.answer.provenance, "value": whole_numbers(each.answer.value)}
    return entry


def read_world(content: bytes, file: str) -> RecordedWorld:
    """The world of a file. Raises `ArgosyError` (`invalid-world`) at the place that makes no sense."""
    documents = read_documents(content, file)
    if len(documents) != 1:
        raise ArgosyError(f"{file} must hold one document, but holds {len(documents)}", code="invalid-world")
    return RecordedWorld(_Reading(documents[0]).answers())


class _Reading:
    def __init__(self, document: Document) -> None:
        self._document = document

    def answers(self) -> list[RecordedAnswer]:
        root = self._document.value
        if not isinstance(root, dict) or (root.get("apiVersion"), root.get("kind")) != (API_VERSION, KIND):
            raise self._error((), f"expected a {KIND} of {API_VERSION}")
        entries = root.get("answers")
        if not isinstance(entries, list):
            raise self._error(("answers",), "`answers` must be a list")
        found: dict[Question, RecordedAnswer] = {}
        for index, entry in enumerate(entries):
            answer = self._answer(entry, ("answers", index))
            if answer.question in found:
                raise self._error(("answers", index), "this question is answered twice")
            found[answer.question] = answer
        return list(found.values())

    def _answer(self, entry: object, path: Path) -> RecordedAnswer:
        if not isinstance(entry, dict):
            raise self._error(path, "an answer must be a map")
        kind = entry.get("kind")
        if not isinstance(kind, str) or kind not in _SHAPES:
            raise self._error((*path, "kind"), f"`kind` must be one of {', '.join(sorted(_SHAPES))}")
        asked = entry.get("asked", {})
        if not isinstance(asked, dict):
            raise self._error((*path, "asked"), "`asked` must be a map")
        try:
            as_of = instant_of(str(entry.get("asOf", "")))
        except ValueError as error:
            raise self._error(
                (*path, "asOf"), "`asOf` must be a time such as 2026-01-01T00:00:00Z"
            ) from error
        position = self._document.position((*path, "asOf"))
        return RecordedAnswer(Question.of(kind, asked), self._told(entry, kind, path), as_of, position)

    def _told(self, entry: Mapping[str, Any], kind: str, path: Path) -> Known[object] | Unknown:
        unknown = entry.get("unknown")
        if isinstance(unknown, dict):
            told = {key: str(unknown.get(key, "")) for key in ("reason", "hint", "code")}
            return Unknown(
                told["reason"] or "no reason was recorded", told["hint"], told["code"] or "unknown"
            )
        if "value" not in entry:
            raise self._error(path, "an answer needs `value` or `unknown`")
        if not _SHAPES[kind](entry["value"]):
            raise self._error((*path, "value"), f"this is no answer of the kind `{kind}`")

        def locate(below: Path) -> Position:
            return self._document.position((*path, "value", *below), key=True)

        return Known(entry["value"], str(entry.get("provenance", "")), locate=locate)

    def _error(self, path: Path, message: str) -> ArgosyError:
        return ArgosyError(
            message,
            position=self._document.position(path),
            hint="record the world anew: argosy snapshot",
            code="invalid-world",
        )


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_clusters(value: object) -> bool:
    return isinstance(value, list) and _is_list(value) and all(map(_is_cluster, value))


def _is_cluster(value: Mapping[str, Any]) -> bool:
    texts = {"secretName", "name", "server", "project"}
    maps = {"labels", "annotations"}
    return (
        value.keys() <= texts | maps
        and all(isinstance(value.get(key) or "", str) for key in texts)
        and all(_is_texts(value.get(key) or {}) for key in maps)
    )


def _is_projects(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _is_tree(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("commit"), str):
        return False
    files = value.get("files")
    contents = (value.get("contents") or {}, value.get("base64") or {})
    return (
        isinstance(files, list)
        and all(isinstance(each, str) for each in files)
        and all(map(_is_texts, contents))
        and all(map(_is_base64, contents[1].values()))
    )


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "clusters": _is_clusters,
    "configMaps": lambda value: value is None or _is_texts(value),
    "plugins": lambda value: isinstance(value, dict),
    "projects": _is_projects,
    "pullRequests": _is_list,
    "repositories": _is_list,
    "resources": _is_list,
    "trees": _is_tree,
}
