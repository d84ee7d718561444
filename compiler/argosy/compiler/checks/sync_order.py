"""Which of two deployed objects is certainly applied first, by phases and waves within an Application and by
the order of the rollout between Applications."""

from argosy.compiler.checks.subject import Deployed, Subject
from argosy.schemas.model.annotations import HOOK, SYNC_WAVE, parse_wave

__all__ = ["is_applied_before", "shown_place"]

_PHASES = {"PreSync": -1, "Sync": 0, "PostSync": 1, "SyncFail": 2}


def is_applied_before(subject: Subject, one: Deployed, other: Deployed) -> bool:
    """Whether `one` comes first in every sync. Objects of one wave and phase are ordered by kind, which puts
    namespaces and definitions first; they do not count."""
    if one.member.key == other.member.key:
        return _place(one) < _place(other)
    return one.member.key in subject.rollout.predecessors(other.member.key)


def shown_place(each: Deployed) -> str:
    """An object's place in the order, for people."""
    phase, wave = _place(each)
    named = next((name for name, number in _PHASES.items() if number == phase and phase), "")
    return f"in {f'{named}, ' if named else ''}wave {wave} of Application `{each.application.name}`"


def _place(each: Deployed) -> tuple[int, int]:
    hook, wave = each.annotations.get(HOOK), each.annotations.get(SYNC_WAVE)
    words = [_PHASES[word.strip()] for word in str(hook or "").split(",") if word.strip() in _PHASES]
    return min(words, default=0), (parse_wave(wave) if isinstance(wave, str) else None) or 0
