"""From two states to what differs: who is affected and why, and what becomes of the objects."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest

from argosy.cli.comparison.reading import Specifications, StateReader
from argosy.cli.comparison.specified import Specified
from argosy.cli.comparison.states import ChangedFiles
from argosy.compiler.app_of_apps import RenderedManifest
from argosy.compiler.comparison.difference import ApplicationChange, Change, Difference
from argosy.compiler.comparison.moves import find_moves
from argosy.compiler.comparison.objects import Deployed, compare_objects, hand_over
from argosy.compiler.rollout import NodeKey
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["Affected", "find_affected", "find_difference"]

_PARALLEL = 4


@dataclass(frozen=True, slots=True)
class Affected:
    """One Application or set that may differ between the states, with the reasons.

    Of `before` and `after` one is absent where it comes or goes. `unknown` says why it is not known what
    becomes of it, `held_back` what keeps the change from the cluster.
    """

    key: NodeKey
    before: Specified | None
    after: Specified | None
    reasons: tuple[str, ...]
    unknown: str = ""
    held_back: str = ""

    @property
    def either(self) -> Specified:
        """The newer one, where it is there."""
        found = self.after or self.before
        assert found is not None
        return found


def find_affected(old: StateReader, new: StateReader, changed: ChangedFiles) -> list[Affected]:
    """Exactly what a change can affect, by key; nothing is rendered that need not be to know it."""
    if not changed.paths:
        return []
    before = old.read()
    after = new.read(before)
    found = []
    for key in sorted(before.members.keys() | after.members.keys()):
        for was, will in _pairs(before.by_file(key), after.by_file(key)):
            one = _affected(key, (was, will), (before, after), (old, new), changed)
            if one is not None:
                found.append(one)
    return found


def _pairs(
    before: dict[str, Specified], after: dict[str, Specified]
) -> Iterator[tuple[Specified | None, Specified | None]]:
    """Those of one name in both states: what one file holds goes together, then what changed its file."""
    for file in sorted(before.keys() & after.keys()):
        yield before.pop(file), after.pop(file)
    yield from zip_longest(before.values(), after.values())


def _affected(
    key: NodeKey,
    pair: tuple[Specified | None, Specified | None],
    sides: tuple[Specifications, Specifications],
    readers: tuple[StateReader, StateReader],
    changed: ChangedFiles,
) -> Affected | None:
    (was, will), (before, after) = pair, sides
    if was is None or will is None:
        here = was or will
        assert here is not None
        unknown = after.unknown_reason(here) if was is not None else before.unknown_reason(here)
        verb = "is removed" if was is not None else "is added"
        reason = _written(here, verb, before if was is not None else after, changed)
        held_back = _held_back(was, after, readers[1]) if was is not None and not unknown else ""
        return Affected(key, was, will, () if unknown else (reason,), unknown, held_back)
    reasons, held_back = [], ""
    if was is not will and was.value != will.value:
        reasons.append(_written(will, "is changed", after, changed))
        held_back = _held_back(will, after, readers[1], removed=False)
    if key.kind == "ApplicationSet":
        reads = (before.reads.get(key), after.reads.get(key))
        files = sorted({path for each in reads if each is not None for path in each.touched(changed)})
        if files and _generated(key, before) != _generated(key, after):
            reasons.append(f"its generators read {_listed(files)}")
    else:
        files = sorted({path for each, one in zip(readers, (was, will), strict=True)
                        for path in each.changed_inputs(one, changed)})  # fmt: skip
        if files:
            reasons.append(f"reads {_listed(files)}")
    return Affected(key, was, will, tuple(reasons), "", held_back) if reasons else None


def _held_back(one: Specified, after: Specifications, new: StateReader, removed: bool = True) -> str:
    """What the set of a generated Application says, if that forbids to remove it, or to change it."""
    maker = after.members.get(one.made_by) if one.made_by is not None else None
    if maker is None or not isinstance(maker.resource, ApplicationSet):
        return ""
    policy = new.parameters.policy_of(maker.resource)
    if removed and not policy.allows_delete:
        return f"it stays, with all that it has deployed: the policy of {maker.key} is {policy}"
    if not removed and not policy.allows_update:
        return f"its specification stays as it is in the cluster: the policy of {maker.key} is {policy}"
    return ""


def _generated(key: NodeKey, side: Specifications) -> object:
    """What a set comes to, or why that is not known."""
    children = {child.key: child.value for child in side.children.get(key, ())}
    return side.unknown_children.get(key, ""), children


def _written(specified: Specified, verb: str, side: Specifications, changed: ChangedFiles) -> str:
    """Where it comes from, and what became of it there."""
    if specified.file:
        return f"{verb} in {specified.file}"
    maker = specified.made_by
    reads = side.reads.get(maker) if maker is not None else None
    files = reads.touched(changed) if reads is not None else ()
    because = f", which reads {_listed(files)}" if files else ""
    return f"{verb} by {maker}{because}"


def _listed(files: Sequence[str]) -> str:
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(files[:3]) + more


def find_difference(old: StateReader, new: StateReader, changed: ChangedFiles) -> Difference:
    """What becomes of every affected Application and of each object that it deploys."""
    affected = find_affected(old, new, changed)
    applications = [each for each in affected if each.key.kind == "Application"]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        was = list(pool.map(lambda each: _deployed(each.before, old), applications))
        will = list(pool.map(lambda each: _deployed(each.after, new), applications))
    sides = {id(each): (before, after) for each, before, after in zip(applications, was, will, strict=True)}
    moves = _moves(applications, sides)
    changes = [each for one in affected for each in _changes(one, affected, sides, moves)]
    return Difference.of(_worth_telling(hand_over(changes)))


def _worth_telling(changes: Sequence[ApplicationChange]) -> Iterator[ApplicationChange]:
    """Without Applications that read what changed and deploy the same all the same."""
    for each in changes:
        if each.objects or each.unknown or each.before != each.after or each.change is Change.MOVED:
            yield each


_Side = Answer[Deployed] | None


def _deployed(specified: Specified | None, reader: StateReader) -> _Side:
    if specified is None:
        return None
    answer: Answer[Sequence[RenderedManifest]] = reader.render(specified)
    if isinstance(answer, Unknown):
        return answer
    resource = specified.resource
    assert isinstance(resource, Application), "what was refused was not rendered"
    return Known(Deployed(resource, tuple(answer.value)), answer.provenance)


def _moves(
    applications: Sequence[Affected], sides: Mapping[int, tuple[_Side, _Side]]
) -> Mapping[NodeKey, NodeKey]:
    removed, added = {}, {}
    times = Counter(each.key for each in applications)
    for each in applications:
        before, after = sides[id(each)]
        if each.unknown or times[each.key] > 1:
            continue
        if each.after is None and isinstance(before, Known):
            removed[each.key] = before.value
        if each.before is None and isinstance(after, Known):
            added[each.key] = after.value
    return find_moves(removed, added)


def _changes(
    one: Affected,
    affected: Sequence[Affected],
    sides: Mapping[int, tuple[_Side, _Side]],
    moves: Mapping[NodeKey, NodeKey],
) -> Iterator[ApplicationChange]:
    if one.key in moves.values():
        return  # told where it goes on
    earlier = next((each for each in affected if each.key == moves.get(one.key)), None)
    before = earlier.before if earlier else one.before
    change = _kind_of_change(one, earlier)
    if one.unknown:
        yield _change(one, earlier, Change.UNKNOWN, unknown=one.unknown)
        return
    if one.key.kind == "ApplicationSet":
        yield _change(one, earlier, change)
        return
    was = sides[id(earlier or one)][0]
    will = sides[id(one)][1]
    reasons = [each.reason for each in (was, will) if isinstance(each, Unknown)]
    if reasons:
        same = before is not None and one.after is not None and before.value == one.after.value
        unknown = "; ".join(dict.fromkeys(reasons))
        yield _change(one, earlier, Change.UNKNOWN if same else change, unknown=unknown)
        return
    objects = compare_objects(
        was.value if isinstance(was, Known) else None, will.value if isinstance(will, Known) else None
    )
    moved_from = earlier.key if earlier else None
    yield _change(one, earlier, change, objects=objects, moved_from=moved_from)


def _kind_of_change(one: Affected, earlier: Affected | None) -> Change:
    if earlier is not None:
        return Change.MOVED
    if one.after is None:
        return Change.REMOVED
    return Change.ADDED if one.before is None else Change.CHANGED


def _change(one: Affected, earlier: Affected | None, change: Change, **more: object) -> ApplicationChange:
    """The change of one, which `earlier` is another name of."""
    resource = one.either.resource
    application = resource if isinstance(resource, Application) else None
    gone = earlier or (one if one.after is None else None)
    before = earlier.before if earlier else one.before
    return ApplicationChange(
        change=change,
        key=one.key,
        reasons=one.reasons,
        destination=str(application.destination) if application else "",
        position=one.either.position,
        before=before.value if before else None,
        after=one.after.value if one.after else None,
        keeps_objects=gone is not None and _keeps_objects(gone),
        held_back=(gone or one).held_back,
        **more,  # type: ignore[arg-type]  # the callers above give fields of the change
    )


def _keeps_objects(gone: Affected) -> bool:
    """Whether the objects of an Application that goes stay where they are."""
    application = gone.before.resource if gone.before else None
    return isinstance(application, Application) and (
        bool(gone.held_back) or not application.deletes_its_resources
    )
