"""What a set may do to the Applications that it generated: policies, other people's fields, deletion."""

from itertools import pairwise

from argosy.clusters.client import Propagation
from argosy.clusters.objects import ObjectRef

FINALIZER = "resources-finalizer.argocd.argoproj.io"


def set_of(url, names, *, path="apps", finalizers=None, automated=True, labels=None, **spec):
    policy = {"syncOptions": ["CreateNamespace=true"]}
    if automated:
        policy["automated"] = {"prune": True, "selfHeal": True}
    metadata = {"name": "all", "namespace": "argocd"}
    if finalizers:
        metadata["finalizers"] = finalizers
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": metadata,
        "spec": {
            "goTemplate": True,
            "generators": [{"list": {"elements": [{"name": name} for name in names]}}],
            "template": {
                "metadata": {"name": "{{ .name }}", "labels": {"team": "shop", **(labels or {})}},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": url, "targetRevision": "main", "path": path + "/{{ .name }}"},
                    "destination": {"name": "in-cluster", "namespace": "apps"},
                    "syncPolicy": policy,
                },
            },
            **spec,
        },
    }


def maps(make, *names):
    return {f"apps/{name}/all.yaml": make.config_map(name) for name in names}


async def exists(stage, kind, name, namespace="argocd"):
    return await stage.find(kind, name, namespace) is not None


async def gone(stage, kind, name, namespace="argocd"):
    return not await exists(stage, kind, name, namespace)


async def label_is(stage, name, key, value):
    return ((await stage.application(name))["metadata"].get("labels") or {}).get(key) == value


def test_create_only_neither_changes_nor_deletes(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.repository.commit(maps(make, "one", "two"))
        policy = {"applicationsSync": "create-only"}
        await stage.apply(set_of(url, ["one"], syncPolicy=policy))
        async with stage.controller() as controller:
            await stage.settled("one")
            await stage.apply(set_of(url, ["two"], syncPolicy=policy, labels={"new": "1"}))
            await stage.settled("two")
            await stage.quiet(controller)
            assert await label_is(stage, "two", "new", "1")
            assert await label_is(stage, "one", "new", None)
            await stage.patch("Application", "one", {"metadata": {"labels": {"team": "mine"}}}, "argocd")
            await stage.quiet(controller)
            assert await label_is(stage, "one", "team", "mine")

    world.run(story)


def test_create_update_changes_and_create_delete_deletes(world, make):
    async def story(stage):
        url = stage.repository.url
        names = ["one", "two", "three"]
        stage.repository.commit(maps(make, *names))
        await stage.apply(set_of(url, names, syncPolicy={"applicationsSync": "create-update"}))
        async with stage.controller() as controller:
            await stage.settled(*names)
            kept = names[:2]
            policy = {"applicationsSync": "create-update"}
            await stage.apply(set_of(url, kept, syncPolicy=policy, labels={"new": "1"}))
            await stage.until("the label is there", lambda: label_is(stage, "one", "new", "1"))
            await stage.quiet(controller)
            assert await exists(stage, "Application", "three")
            policy = {"applicationsSync": "create-delete"}
            await stage.apply(set_of(url, kept, syncPolicy=policy, labels={"new": "2"}))
            await stage.until("it is deleted", lambda: gone(stage, "Application", "three"))
            await stage.quiet(controller)
            assert await label_is(stage, "one", "new", "1")
            assert await gone(stage, "ConfigMap", "three", "apps")

    world.run(story, deletes=True)


def test_ignored_fields_belong_to_whoever_writes_them(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.repository.commit(maps(make, "one", "two"))
        stage.repository.git("branch", "other")
        rules = [
            {"name": "one", "jsonPointers": ["/spec/syncPolicy/automated"]},
            {"jqPathExpressions": [".spec.source.targetRevision"]},
        ]
        await stage.apply(set_of(url, ["one", "two"], ignoreApplicationDifferences=rules))
        async with stage.controller() as controller:
            await stage.settled("one", "two")
            change = {"spec": {"source": {"targetRevision": "other"}, "syncPolicy": {"automated": None}}}
            for name in ("one", "two"):
                await stage.patch("Application", name, change, "argocd")

            async def taken_back():
                return "automated" in (await stage.application("two"))["spec"]["syncPolicy"]

            await stage.until("what is not ignored is taken back", taken_back)
            await stage.quiet(controller)
            one, two = await stage.application("one"), await stage.application("two")
            assert "automated" not in one["spec"]["syncPolicy"]
            assert [app["spec"]["source"]["targetRevision"] for app in (one, two)] == ["other", "other"]
            # A change of the set goes through, and leaves the ignored fields alone.
            await stage.apply(
                set_of(url, ["one", "two"], ignoreApplicationDifferences=rules, labels={"new": "1"})
            )
            await stage.until("the label is there", lambda: label_is(stage, "one", "new", "1"))
            await stage.quiet(controller)
            one = await stage.application("one")
            assert "automated" not in one["spec"]["syncPolicy"]
            assert one["spec"]["source"]["targetRevision"] == "other"

    world.run(story)


def test_a_rule_that_is_no_jq_leaves_the_applications_as_they_are(world, make):
    async def story(stage):
        stage.repository.commit(maps(make, "one"))
        await stage.apply(set_of(stage.repository.url, ["one"]))
        async with stage.controller() as controller:
            await stage.settled("one")
            rules = [{"jqPathExpressions": [".spec["]}]
            broken = set_of(
                stage.repository.url, ["one"], ignoreApplicationDifferences=rules, labels={"new": "1"}
            )
            await stage.apply(broken)

            async def told():
                status = (await stage.get("ApplicationSet", "all")).get("status") or {}
                return any(
                    item["type"] == "ErrorOccurred" and "is no jq path" in item["message"]
                    for item in status.get("conditions") or ()
                )

            await stage.until("the error is told", told)
            await stage.quiet(controller)
            assert await label_is(stage, "one", "new", None)

    world.run(story)


def test_only_preserved_labels_and_annotations_may_be_other_peoples(world, make):
    async def story(stage):
        stage.repository.commit(maps(make, "one"))
        preserved = {"annotations": ["mine.example.com/a"], "labels": ["team"]}
        await stage.apply(set_of(stage.repository.url, ["one"], preservedFields=preserved))
        async with stage.controller() as controller:
            await stage.settled("one")
            marks = {
                "labels": {"team": "theirs", "other": "1"},
                "annotations": {
                    "mine.example.com/a": "1",
                    "mine.example.com/b": "1",
                    "notified.notifications.argoproj.io": "{}",
                },
            }
            await stage.patch("Application", "one", {"metadata": marks}, "argocd")

            async def cleaned():
                metadata = (await stage.application("one"))["metadata"]
                return (
                    "other" not in metadata["labels"] and "mine.example.com/b" not in metadata["annotations"]
                )

            await stage.until("the rest is taken away", cleaned)
            await stage.quiet(controller)
            metadata = (await stage.application("one"))["metadata"]
            assert metadata["labels"]["team"] == "theirs"
            assert metadata["annotations"] == {
                "mine.example.com/a": "1",
                "notified.notifications.argoproj.io": "{}",
            }

    world.run(story)


def test_preserved_resources_stay_when_their_application_goes(world, make):
    async def story(stage):
        url = stage.repository.url
        names = ["one", "two"]
        stage.repository.commit(maps(make, *names))
        await stage.apply(set_of(url, names))
        async with stage.controller() as controller:
            await stage.settled(*names)
            assert (await stage.application("one"))["metadata"]["finalizers"] == [FINALIZER]
            policy = {"preserveResourcesOnDeletion": True}
            await stage.apply(set_of(url, names, syncPolicy=policy))

            async def without_finalizer():
                return not (await stage.application("two"))["metadata"].get("finalizers")

            await stage.until("the finalizer is taken away", without_finalizer)
            await stage.apply(set_of(url, names[:1], syncPolicy=policy))
            await stage.until("the Application goes", lambda: gone(stage, "Application", "two"))
            await stage.quiet(controller)
            assert await exists(stage, "ConfigMap", "two", "apps")

    world.run(story, deletes=True)


async def delete_set(stage):
    ref = ObjectRef("argoproj.io", "v1alpha1", "ApplicationSet", "argocd", "all")
    await stage.management.delete(ref, propagation=Propagation.BACKGROUND)


def test_a_deleted_set_takes_its_applications_and_their_objects_along(world, make):
    async def story(stage):
        names = ["one", "two"]
        stage.repository.commit(maps(make, *names))
        await stage.apply(set_of(stage.repository.url, names, finalizers=[FINALIZER]))
        async with stage.controller():
            await stage.settled(*names)
            await delete_set(stage)
            for name in names:
                await stage.until(f"{name} is gone", lambda name=name: gone(stage, "Application", name))
                await stage.until(
                    f"what {name} made is gone", lambda name=name: gone(stage, "ConfigMap", name, "apps")
                )
            await stage.until("the set is gone", lambda: gone(stage, "ApplicationSet", "all"))

    world.run(story, deletes=True)


def test_a_set_that_may_not_delete_leaves_its_applications_behind(world, make):
    async def story(stage):
        stage.repository.commit(maps(make, "one"))
        policy = {"applicationsSync": "create-update"}
        await stage.apply(set_of(stage.repository.url, ["one"], finalizers=[FINALIZER], syncPolicy=policy))
        async with stage.controller() as controller:
            await stage.settled("one")
            await delete_set(stage)
            await stage.until("the set is gone", lambda: gone(stage, "ApplicationSet", "all"))
            await stage.quiet(controller)
            one = await stage.application("one")
            assert not one["metadata"].get("ownerReferences")
            await stage.settled("one")

    world.run(story)


def test_steps_are_deleted_in_reverse_order(world, make):
    async def story(stage):
        names = ["one", "two", "three"]
        stage.repository.commit(maps(make, *names))
        steps = [
            {"matchExpressions": [{"key": "name", "operator": "In", "values": [name]}]} for name in names
        ]
        strategy = {"type": "RollingSync", "deletionOrder": "Reverse", "rollingSync": {"steps": steps}}
        labels = {"name": "{{ .name }}"}
        await stage.apply(set_of(stage.repository.url, names, strategy=strategy, labels=labels))
        async with stage.controller():
            await stage.settled(*names)
            assert (await stage.get("ApplicationSet", "all"))["metadata"]["finalizers"] == [FINALIZER]
            await delete_set(stage)

            async def all_gone():
                for earlier, later in pairwise(names):
                    begun = await stage.find("Application", earlier)
                    if begun is None or begun["metadata"].get("deletionTimestamp"):
                        assert await gone(stage, "ConfigMap", later, "apps")
                        assert await gone(stage, "Application", later)
                return await gone(stage, "ApplicationSet", "all")

            await stage.until("the set is gone", all_gone)
            asked = [path.rpartition("/")[2] for path in stage.deleted() if "/applications/" in path]
            # What is being deleted already may be asked for once more.
            assert list(dict.fromkeys(asked)) == ["three", "two", "one"]

    world.run(story, deletes=True)


def settings(**data):
    prefixed = {f"applicationsetcontroller.{key.replace('_', '.')}": value for key, value in data.items()}
    metadata = {"name": "argocd-cmd-params-cm", "namespace": "argocd"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": prefixed}


def test_the_policy_of_the_installation_is_stronger_than_the_sets(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.repository.commit(maps(make, "one", "two"))
        await stage.apply(settings(policy="create-only"))
        policy = {"applicationsSync": "sync"}
        await stage.apply(set_of(url, ["one"], finalizers=[FINALIZER], syncPolicy=policy))
        async with stage.controller() as controller:
            await stage.settled("one")
            changed = set_of(url, ["two"], finalizers=[FINALIZER], syncPolicy=policy, labels={"new": "1"})
            await stage.apply(changed)
            await stage.settled("two")
            await stage.quiet(controller)
            assert await label_is(stage, "one", "new", None)
            await delete_set(stage)
            await stage.until("the set is gone", lambda: gone(stage, "ApplicationSet", "all"))
            await stage.quiet(controller)
            assert not (await stage.application("one"))["metadata"].get("ownerReferences")

    world.run(story)


def test_fields_that_the_installation_preserves_are_other_peoples(world, make):
    async def story(stage):
        stage.repository.commit(maps(make, "one"))
        await stage.apply(settings(global_preserved_annotations="mine", global_preserved_labels="team"))
        await stage.apply(set_of(stage.repository.url, ["one"]))
        async with stage.controller() as controller:
            await stage.settled("one")
            marks = {"labels": {"team": "theirs", "other": "1"}, "annotations": {"mine": "1"}}
            await stage.patch("Application", "one", {"metadata": marks}, "argocd")
            await stage.until("the rest is taken away", lambda: label_is(stage, "one", "other", None))
            await stage.quiet(controller)
            metadata = (await stage.application("one"))["metadata"]
            assert metadata["labels"]["team"] == "theirs"
            assert metadata["annotations"] == {"mine": "1"}

    world.run(story)


def test_a_policy_that_makes_no_sense_leaves_everything_as_it_is(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.repository.commit(maps(make, "one", "two"))
        await stage.apply(set_of(url, ["one", "two"]))
        async with stage.controller():
            await stage.settled("one", "two")
        await stage.apply(settings(policy="keep"))
        await stage.apply(set_of(url, ["one"]))
        async with stage.controller() as controller:

            async def told():
                status = (await stage.get("ApplicationSet", "all")).get("status") or {}
                messages = [item["message"] for item in status.get("conditions") or ()]
                return any("applicationsetcontroller.policy" in each for each in messages)

            await stage.until("the status says so", told)
            await stage.quiet(controller)
            assert await exists(stage, "Application", "two")
            await stage.apply(settings(policy="sync"))
            await stage.apply(set_of(url, ["one"], labels={"new": "1"}))
            await stage.until("it is deleted", lambda: gone(stage, "Application", "two"))

    world.run(story, deletes=True)


def test_a_git_generator_is_asked_as_often_as_it_says(world, make):
    async def story(stage):
        stage.repository.commit(maps(make, "one"))
        git = {"repoURL": stage.repository.url, "revision": "main", "directories": [{"path": "apps/*"}]}
        wanted = set_of(stage.repository.url, [])
        wanted["spec"]["generators"] = [{"git": {**git, "requeueAfterSeconds": 5}}]
        wanted["spec"]["template"]["metadata"]["name"] = "{{ .path.basename }}"
        wanted["spec"]["template"]["spec"]["source"]["path"] = "{{ .path.path }}"
        await stage.apply(wanted)
        # Nobody polls.
        async with stage.controller(poll=0.0):
            await stage.settled("one")
            stage.repository.commit(maps(make, "two"))
            await stage.settled("two")

    world.run(story, settles=False)
