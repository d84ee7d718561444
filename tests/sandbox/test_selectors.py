import pytest

from argosy.sandbox.selectors import SelectorError, field_selector, label_selector, selector_matches

LABELS = {"app": "web", "tier": "front", "canary": ""}


def labelled(labels):
    return {"metadata": {"name": "it", "labels": labels}}


@pytest.mark.parametrize(
    "text",
    [
        "app=web",
        "app==web",
        "app = web , tier = front",
        "app!=api",
        "missing!=anything",
        "app in (api, web)",
        "app notin (api,db)",
        "missing notin (x)",
        "canary",
        "canary=",
        "!missing",
        "app in (web),!missing,tier!=back",
    ],
)
def test_a_label_selector_matches(text):
    predicate = label_selector(text)
    assert predicate is not None
    assert predicate(labelled(LABELS))


@pytest.mark.parametrize(
    "text",
    [
        "app=api",
        "app!=web",
        "app in (api)",
        "app notin (web)",
        "missing",
        "!app",
        "missing=",
        "app=web,tier=back",
    ],
)
def test_a_label_selector_does_not_match(text):
    predicate = label_selector(text)
    assert predicate is not None
    assert not predicate(labelled(LABELS))


@pytest.mark.parametrize("text", ["", "  ", None])
def test_no_selector_means_everything(text):
    assert label_selector(text) is None
    assert field_selector(text) is None


@pytest.mark.parametrize("text", ["app in web", "=x", "a=b,,c", "app>1("])
def test_a_selector_that_does_not_parse_says_what_was_found(text):
    with pytest.raises(SelectorError, match="found"):
        label_selector(text)


def test_objects_without_labels_match_what_is_absent():
    predicate = label_selector("!app")
    assert predicate is not None
    assert predicate({"metadata": {"name": "bare"}})


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("metadata.name=it", True),
        ("metadata.name!=it", False),
        ("status.phase=", True),
        ("spec.unschedulable=true", True),
        ("spec.unschedulable=true,metadata.name=other", False),
    ],
)
def test_a_field_selector_looks_at_the_field(text, matches):
    predicate = field_selector(text)
    assert predicate is not None
    assert predicate({"metadata": {"name": "it"}, "spec": {"unschedulable": True}}) is matches


def test_a_label_selector_object_joins_its_terms():
    selector = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["front"]},
            {"key": "old", "operator": "DoesNotExist"},
        ],
    }
    assert selector_matches(selector, LABELS)
    assert not selector_matches(selector, {**LABELS, "old": "1"})
    assert not selector_matches(None, LABELS)
    assert selector_matches({}, LABELS)
