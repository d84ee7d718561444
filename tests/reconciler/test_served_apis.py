"""What a cluster serves is as current as what is known of it, and unknown where that is not much."""

import asyncio
import json

from stage_of_stories import RecordingTransport

from argosy.clusters.client import Client
from argosy.clusters.objects import ObjectRef
from argosy.reconciler.served_apis import ServedApis
from argosy.sandbox.clock import run_virtual
from argosy.sandbox.cluster import Cluster
from argosy.sandbox.transport import InProcessTransport
from argosy.schemas.knowledge import Known, Unknown

_DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gadgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget"},
        "versions": [
            {
                "name": name,
                "served": name != "v1alpha1",
                "storage": name == "v1",
                "schema": {"openAPIV3Schema": {"type": "object"}},
            }
            for name in ("v1", "v1beta1", "v1alpha1")
        ],
    },
}
_GADGETS = {"example.com/v1", "example.com/v1/Gadget", "example.com/v1beta1", "example.com/v1beta1/Gadget"}
_STALE = {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]}


class WithAnExtension(RecordingTransport):
    """A cluster whose API is extended by a server that does not answer, `silent` or known from before."""

    silent = True

    async def request(self, method, target, headers, body):
        headers = {name: text for name, text in headers.items() if name != "if-none-match"}
        status, answered, body = await super().request(method, target, headers, body)
        if target != "/apis":
            return status, answered, body
        document = json.loads(body)
        document["items"].append(_STALE if self.silent else self.known_from_before())
        return status, answered, json.dumps(document).encode()

    @staticmethod
    def known_from_before():
        kind = {"group": "metrics.k8s.io", "version": "v1beta1", "kind": "NodeMetrics"}
        served = {
            "resource": "nodes",
            "responseKind": kind,
            "scope": "Cluster",
            "verbs": ["get", "list", "watch"],
        }
        version = _STALE["versions"][0] | {"resources": [served]}
        return _STALE | {"versions": [version]}


def play(story, link=RecordingTransport):
    """Plays a story of a sandbox: a client that bypasses the link, the link, and what is known behind it."""

    async def told():
        cluster = Cluster("test")
        transport = link(InProcessTransport(cluster), [])
        changes = []
        served = ServedApis(
            Client(transport, "test"), lambda: changes.append(asyncio.get_running_loop().time())
        )
        task = asyncio.ensure_future(served.follow())
        try:
            await story(Client(InProcessTransport(cluster), "direct"), transport, served, changes)
        finally:
            task.cancel()
            await cluster.close()

    run_virtual(told())


async def texts_of(served):
    answer = await served.now()
    assert isinstance(answer, Known), answer
    return set(answer.value.api_versions)


def test_kinds_that_can_be_listed_are_told_with_their_groups():
    async def story(_direct, _link, served, _changes):
        answer = await served.now()
        texts = answer.value.api_versions
        assert list(texts) == sorted(texts)
        assert {"v1", "v1/Pod", "apps/v1", "apps/v1/Deployment"} <= set(texts)
        # What can only be created is not among them, as with Argo CD.
        assert not [text for text in texts if text.startswith("authentication.k8s.io/v1/TokenReview")]
        assert answer.value.kube_version.startswith("v1.")

    play(story)


def test_definitions_come_and_go_without_a_question():
    async def story(direct, link, served, changes):
        before = await texts_of(served)
        await asyncio.sleep(1)
        # Asked once more, as what was served before the definitions were watched counts no longer.
        assert await texts_of(served) == before
        assert changes == [] and not before & _GADGETS
        link._calls.clear()
        await direct.create(_DEFINITION)
        await asyncio.sleep(1)
        assert len(changes) == 1
        assert await texts_of(served) == before | _GADGETS
        await direct.patch(ObjectRef.of(_DEFINITION), {"metadata": {"labels": {"a": "b"}}})
        await asyncio.sleep(1)
        assert len(changes) == 1
        await direct.delete(ObjectRef.of(_DEFINITION))
        await asyncio.sleep(1)
        assert len(changes) == 2
        assert await texts_of(served) == before
        assert link._calls == []

    play(story)


def test_an_older_sight_of_a_definition_counts_for_nothing():
    async def story(direct, _link, served, changes):
        await served.now()
        created = await direct.create(_DEFINITION)
        await asyncio.sleep(1)
        served.note(created)
        assert await texts_of(served) >= _GADGETS
        assert len(changes) == 1

    play(story)


def test_a_cluster_that_was_away_is_asked_anew_before_anything_is_told_of_it():
    async def story(direct, link, served, changes):
        before = await texts_of(served)
        await asyncio.sleep(1)
        link.unreachable = True
        # The stream ends by itself, and then nobody answers.
        await asyncio.sleep(700)
        answer = await served.now()
        assert isinstance(answer, Unknown) and answer.code == "unreachable-cluster"
        assert len(changes) == 1
        await direct.create(_DEFINITION)
        link.unreachable = False
        await asyncio.sleep(120)
        assert len(changes) == 2
        assert await texts_of(served) == before | _GADGETS

    play(story)


def test_a_cluster_that_does_not_answer_is_not_asked_by_each_in_turn():
    async def story(_direct, link, served, _changes):
        link.unreachable = True
        first = await served.now()
        began = asyncio.get_running_loop().time()
        answers = await asyncio.gather(*(served.now() for _ in range(200)))
        assert asyncio.get_running_loop().time() == began
        assert answers == [first] * 200

    play(story)


def test_a_silent_extension_is_named_and_one_that_is_known_from_before_counts():
    async def story(_direct, link, served, changes):
        answer = await served.now()
        assert answer.value.silent == ("metrics.k8s.io/v1beta1",)
        link.silent = False
        await asyncio.sleep(30)
        answer = await served.now()
        assert answer.value.silent == ()
        assert "metrics.k8s.io/v1beta1/NodeMetrics" in answer.value.api_versions
        assert len(changes) == 1

    play(story, WithAnExtension)
