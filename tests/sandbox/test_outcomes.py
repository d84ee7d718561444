import pytest
from cluster_calls import deployment

from argosy.sandbox.outcomes import (
    OUTCOME,
    READY_AFTER,
    Fate,
    Outcome,
    Rule,
    WorkloadSettings,
    parse_duration,
)

SETTINGS = WorkloadSettings(ready_after=2, job_after=5)


def test_a_workload_is_ready_after_the_usual_time():
    assert SETTINGS.fate_of(deployment("web")) == Fate(Outcome.READY, 2)


def test_a_job_has_a_time_of_its_own():
    assert SETTINGS.fate_of({**deployment("web"), "kind": "Job"}) == Fate(Outcome.READY, 5)


@pytest.mark.parametrize(
    ("image", "fate"),
    [
        ("web:broken", Fate(Outcome.CRASH, 2)),
        ("registry.example.com/web:missing", Fate(Outcome.IMAGE, 2)),
        ("web:never", Fate(Outcome.NEVER, 2)),
        ("web:slow", Fate(Outcome.READY, 90)),
        ("broken:1", Fate(Outcome.READY, 2)),
    ],
)
def test_the_tag_of_an_image_decides(image, fate):
    assert SETTINGS.fate_of(deployment("web", image)) == fate


def test_an_annotation_goes_before_the_image():
    annotations = {OUTCOME: "fail", READY_AFTER: "1m30s"}
    assert SETTINGS.fate_of(deployment("web", "web:slow", annotations=annotations)) == Fate(Outcome.FAIL, 90)


def test_a_label_of_the_template_counts_too():
    workload = deployment("web")
    workload["spec"]["template"]["metadata"]["labels"][OUTCOME] = "never"
    assert SETTINGS.fate_of(workload).outcome is Outcome.NEVER


@pytest.mark.parametrize("marks", [{OUTCOME: "helthy"}, {READY_AFTER: "soon"}])
def test_a_misspelt_mark_does_not_pass_for_health(marks):
    assert SETTINGS.fate_of(deployment("web", annotations=marks)).outcome is Outcome.FAIL


def test_further_rules_are_tried_first():
    settings = SETTINGS.with_rules(Rule(Outcome.CRASH, kind="Deployment", name="api-*", after=1))
    assert settings.fate_of(deployment("api-1", "web:slow")) == Fate(Outcome.CRASH, 1)
    assert settings.fate_of(deployment("web", "web:slow")) == Fate(Outcome.READY, 90)


@pytest.mark.parametrize(
    ("text", "seconds"), [("2", 2), ("1.5", 1.5), ("90s", 90), ("1h2m3s", 3723), ("500ms", 0.5)]
)
def test_durations_are_read(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "1d", "-1s", "1s "])
def test_what_is_no_duration_says_what_to_write(text):
    with pytest.raises(ValueError, match="write 90s"):
        parse_duration(text)
