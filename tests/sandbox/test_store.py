import pytest

from argosy.sandbox.store import EventType, ExpiredError, Store

MAPS = ("", "configmaps")


def thing(name, value=0, namespace="default"):
    return {"metadata": {"name": name, "namespace": namespace}, "value": value}


def test_every_write_gets_the_next_version():
    store = Store()
    first = store.put(MAPS, thing("a"))
    second = store.put(("", "secrets"), thing("b"))
    assert second.version == first.version + 1 == store.version
    assert first.object["metadata"]["resourceVersion"] == str(first.version)
    assert b'"resourceVersion"' in first.encoded


def test_items_come_by_namespace_and_name():
    store = Store()
    for namespace, name in (("b", "x"), ("a", "z"), ("a", "y")):
        store.put(MAPS, thing(name, namespace=namespace))
    assert [item.object["metadata"]["name"] for item in store.items(MAPS)] == ["y", "z", "x"]
    assert [item.object["metadata"]["name"] for item in store.items(MAPS, "b")] == ["x"]


def test_a_past_version_is_seen_as_it_was():
    store = Store()
    store.put(MAPS, thing("a", 1))
    version = store.put(MAPS, thing("b", 1)).version
    store.put(MAPS, thing("a", 2))
    store.remove(MAPS, ("default", "b"))
    store.put(MAPS, thing("c", 1))
    past = {item.object["metadata"]["name"]: item.object["value"] for item in store.items_at(MAPS, version)}
    assert past == {"a": 1, "b": 1}


def test_a_subscription_begins_after_a_version():
    store = Store()
    version = store.put(MAPS, thing("a")).version
    store.put(MAPS, thing("a", 2))
    subscription = store.subscribe(MAPS, version)
    store.remove(MAPS, ("default", "a"))
    assert [event.type for event in subscription.take()] == [EventType.MODIFIED, EventType.DELETED]
    assert subscription.take() == ()


def test_a_version_from_before_the_ring_is_expired():
    store = Store(events_kept=2)
    version = store.put(MAPS, thing("a")).version
    for value in range(3):
        store.put(MAPS, thing("a", value))
    with pytest.raises(ExpiredError):
        store.subscribe(MAPS, version)
    with pytest.raises(ExpiredError):
        store.items_at(MAPS, version)
    assert len(store.subscribe(MAPS, version + 1).take()) == 2


def test_forgetting_expires_all_that_was():
    store = Store()
    version = store.put(MAPS, thing("a")).version
    store.put(MAPS, thing("b"))
    store.forget_events()
    with pytest.raises(ExpiredError):
        store.subscribe(MAPS, version)
    assert store.subscribe(MAPS, store.version).take() == ()


def test_a_slow_subscriber_loses_all_rather_than_some():
    store = Store()
    subscription = store.subscribe(MAPS, limit=2)
    for value in range(4):
        store.put(MAPS, thing("a", value))
    assert subscription.overflown
    assert subscription.take() == ()


def test_observers_that_write_keep_everybody_in_one_order():
    store = Store()
    seen = []

    def writer(event):
        if event.key[1] == "a" and event.type is EventType.ADDED:
            store.put(MAPS, thing("made by the first"))

    store.observe(writer)
    store.observe(lambda event: seen.append(event.stored.version))
    store.put(MAPS, thing("a"))
    assert seen == sorted(seen)
    assert len(seen) == 2
