"""The plugin generator: parameter sets from a service that the user runs."""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.answer_lines import answer_origin
from argosy.generators.generator import Context, GeneratorError, ask
from argosy.generators.go_values import RawJson
from argosy.generators.parameters import Parameters, flatten, floats, go_text
from argosy.generators.spec_fields import mapping, text
from argosy.generators.values import Values
from argosy.generators.world import PluginCall
from argosy.schemas.knowledge import Answer
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path, Position

__all__ = ["Plugin"]

_USUAL_TIMEOUT = 30.0
_SETS: Path = ("output", "parameters")
_INPUT: Path = ("generator", "input", "parameters")


class Plugin:
    """`plugin`: a ConfigMap says where the service is, `input.parameters` what it is asked."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        sent = dict(mapping(mapping(spec, "input"), "parameters"))
        call = _call(text(mapping(spec, "configMapRef"), "name"), sent, path, context)
        answer = context.world.plugin(call)
        body = ask(answer, path, context)
        values = Values.of(spec, path, context)
        found = []
        for index, item in enumerate(_parameter_sets(body, path, context)):
            parameters: dict[str, object]
            if context.structured:
                parameters = dict(item)
            else:
                parameters = {key: go_text(value) for key, value in flatten(item).items()}
            parameters["generator"] = {"input": {"parameters": _seen(sent, context)}}
            source = partial(_origin, answer, index, item, path, context)
            found.append(values.added(parameters, source))
        return found


def _origin(answer: Answer[object], index: int, item: object, path: Path, context: Context) -> Origin:
    origin = answer_origin(answer, (*_SETS, index), path, context, item)

    def trace(names: Path) -> tuple[Written, ...]:
        if names[: len(_INPUT)] == _INPUT:
            return context.written((*path, *names[1:]), origin.position)
        return origin.trace(names)

    return Origin(origin.position, origin.chain, trace)


def _call(name: str, sent: Mapping[str, object], path: Path, context: Context) -> PluginCall:
    place = (*path, "configMapRef")
    data = ask(context.world.config_map(name), place, context)
    position = context.locate(place)
    if data is None:
        raise GeneratorError(f"ConfigMap `{name}` does not exist", position=position)
    for key in ("baseUrl", "token"):
        if not data.get(key):
            raise GeneratorError(f"ConfigMap `{name}` has no `{key}`", position=position)
    if not data["token"].startswith("$"):
        raise GeneratorError(
            f"`token` in ConfigMap `{name}` must name a key of a Secret, as in `$secret:key`",
            position=position,
        )
    timeout = _timeout(data.get("requestTimeout", ""), name, position)
    return PluginCall(context.application_set, data["baseUrl"], data["token"], sent, timeout)


def _timeout(text: str, name: str, position: Position | None) -> float:
    """Seconds that the plugin may take; Argo CD takes 0 for its usual 30."""
    if not text:
        return _USUAL_TIMEOUT
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        message = f"`requestTimeout` in ConfigMap `{name}` must be a number of seconds, but is `{text}`"
        raise GeneratorError(message, position=position)
    return float(text) or _USUAL_TIMEOUT


def _seen(sent: Mapping[str, object], context: Context) -> object:
    """What templates see of `input.parameters`.

    Argo CD hands Go templates its raw JSON type, which prints as the bytes of the JSON text.
    """
    if context.dialect != "go":
        return floats(dict(sent))
    return {
        key: RawJson(json.dumps(value, separators=(",", ":"), sort_keys=True)) for key, value in sent.items()
    }


def _parameter_sets(body: object, path: Path, context: Context) -> list[dict[str, object]]:
    output = body.get("output") if isinstance(body, dict) else None
    found = output.get("parameters") if isinstance(output, dict) else None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise GeneratorError(
            "the plugin's answer must hold a list of maps in `output.parameters`",
            position=context.locate(path),
        )
    converted = floats(found)
    assert isinstance(converted, list)
    return converted
