"""RollingSync on clusters: step after step, so many at a time, by hand where it says so."""

import json

import pytest

REGIONS = {"dev1": "dev", "dev2": "dev", "prod1": "prod", "prod2": "prod", "prod3": "prod"}


def step(environment, limit=None):
    expressions = [{"key": "env", "operator": "In", "values": [environment]}]
    found = {"matchExpressions": expressions}
    return found if limit is None else found | {"maxUpdate": limit}


def rolling_set(url, steps, apps=None, *, automated=True, **strategy):
    """A set whose Applications are folders of `apps/`, labelled by their environment."""
    apps = REGIONS if apps is None else apps
    policy = {"syncOptions": ["CreateNamespace=true"]}
    if automated:
        policy["automated"] = {"prune": True, "selfHeal": True}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "shop", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "generators": [
                {"list": {"elements": [{"name": name, "env": env} for name, env in apps.items()]}}
            ],
            "strategy": {"type": "RollingSync", "rollingSync": {"steps": steps}, **strategy},
            "template": {
                "metadata": {"name": "{{ .name }}", "labels": {"env": "{{ .env }}"}},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": url, "targetRevision": "main", "path": "apps/{{ .name }}"},
                    "destination": {"name": "in-cluster", "namespace": "apps"},
                    "syncPolicy": policy,
                },
            },
        },
    }


def deployments(make, image, names=REGIONS):
    return {f"apps/{name}/all.yaml": make.deployment(name, image) for name in names}


def never_ready(make, name):
    """A Deployment whose pods wait for their containers for good, in the sandbox as on simulated nodes."""
    labels = "    metadata:\n      labels:"
    found = make.deployment(name, "shop:2")
    assert labels in found
    return found.replace(
        labels, "    metadata:\n      annotations: {argosy.test/outcome: never}\n      labels:"
    )


async def images(stage):
    found = {}
    for name in REGIONS:
        live = await stage.find("Deployment", name, "apps")
        if live is not None:
            found[name] = live["spec"]["template"]["spec"]["containers"][0]["image"]
    return found


async def set_status(stage):
    status = (await stage.get("ApplicationSet", "shop")).get("status") or {}
    conditions = {item["type"]: item for item in status.get("conditions") or ()}
    entries = {item["application"]: item for item in status.get("applicationStatus") or ()}
    return conditions, entries


async def sync_by_hand(stage, name):
    body = {"operation": {"initiatedBy": {"username": "somebody"}, "sync": {}}}
    await stage.patch("Application", name, body, "argocd")


def test_a_later_step_begins_when_the_earlier_one_is_healthy_on_every_change(world, make):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        await stage.apply(rolling_set(stage.repository.url, [step("dev"), step("prod")]))
        async with stage.controller() as controller:
            await stage.settled(*REGIONS)
            # dev2 never gets ready at this revision: prod must not see it.
            files = deployments(make, "shop:2") | {"apps/dev2/all.yaml": never_ready(make, "dev2")}
            stage.repository.commit(files)
            await controller.refresh()
            await stage.until("dev1 is at the new revision", lambda: is_at(stage, "dev1", "shop:2"))

            async def told():
                _, entries = await set_status(stage)
                found = [entries[name]["status"] for name in ("dev1", "dev2", "prod1")]
                return found == ["Healthy", "Progressing", "Waiting"]

            await stage.until("the status tells of the steps", told)
            await stage.quiet(controller)
            found = await images(stage)
            assert [found[name] for name in ("prod1", "prod2", "prod3")] == ["shop:1"] * 3
            conditions, entries = await set_status(stage)
            assert entries["dev1"]["step"] == "1" and entries["prod1"]["step"] == "2"
            progress = conditions["RolloutProgressing"]
            assert (progress["status"], progress["message"]) == (
                "True",
                "ApplicationSet is performing rollout of step 1",
            )
            tip = stage.repository.commit(deployments(make, "shop:3"))
            await controller.refresh()
            await stage.settled(*REGIONS, at=tip)
            await stage.quiet(controller)
            assert set((await images(stage)).values()) == {"shop:3"}
            conditions, entries = await set_status(stage)
            assert {item["status"] for item in entries.values()} == {"Healthy"}
            assert {tuple(item["targetRevisions"]) for item in entries.values()} == {(tip,)}
            progress = conditions["RolloutProgressing"]
            assert (progress["status"], progress["reason"]) == ("False", "ApplicationSetRolloutComplete")
            assert conditions["InvalidRolloutConfig"]["status"] == "False"

    world.run(story)


async def is_at(stage, name, image):
    return (await images(stage)).get(name) == image


def test_no_more_than_max_update_are_under_way_at_a_time(world, make):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        await stage.apply(rolling_set(stage.repository.url, [step("dev", 1), step("prod", "67%")]))
        async with stage.controller() as controller:
            await stage.settled(*REGIONS)
            tip = stage.repository.commit(deployments(make, "shop:2"))
            await controller.refresh()
            most = {"dev": 0, "prod": 0}

            async def done():
                unready = []
                for name in REGIONS:
                    live = await stage.get("Deployment", name, "apps")
                    new = live["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:2"
                    status = live.get("status") or {}
                    fresh = status.get("observedGeneration") == live["metadata"]["generation"]
                    ready = fresh and status.get("updatedReplicas") == status.get("availableReplicas") == 1
                    if new and not (ready and status.get("replicas") == 1):
                        unready.append(name)
                for environment in most:
                    count = sum(REGIONS[name] == environment for name in unready)
                    most[environment] = max(most[environment], count)
                    assert not (environment == "prod" and count and any(REGIONS[n] == "dev" for n in unready))
                return await all_at(stage, tip)

            await stage.until("everything is at the new revision", done)
            assert most["dev"] <= 1 and most["prod"] <= 2
            if world.kind == "in process":  # where every moment is seen
                assert most == {"dev": 1, "prod": 2}
            await stage.settled(*REGIONS, at=tip)

    world.run(story)


async def all_at(stage, tip):
    for name in REGIONS:
        sync = ((await stage.application(name)).get("status") or {}).get("sync") or {}
        if (sync.get("status"), sync.get("revision")) != ("Synced", tip):
            return False
    return True


def test_max_update_0_waits_for_a_sync_by_hand_also_after_a_restart(world, make):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        await stage.apply(rolling_set(stage.repository.url, [step("dev", 0), step("prod")]))
        async with stage.controller() as controller:
            await waits_for_a_person(stage, "dev1", "dev2", "prod1")
            await stage.quiet(controller)
            assert await images(stage) == {}
            await sync_by_hand(stage, "dev1")
            await stage.settled("dev1")
        async with stage.controller() as controller:
            await stage.quiet(controller)
            assert await images(stage) == {"dev1": "shop:1"}
            message = (await stage.conditions("dev2"))["Waiting"]
            assert message == (
                "waiting for a person: step 1 of ApplicationSet shop has maxUpdate 0: "
                "sync Application dev2 by hand"
            )
            await sync_by_hand(stage, "dev2")
            await stage.settled(*REGIONS)
            await stage.quiet(controller)
            assert await stage.conditions("dev2") == {}

    world.run(story)


async def waits_for_a_person(stage, *names):
    for name in names:

        async def waits(name=name):
            if await stage.find("Application", name) is None:
                return False
            return "Waiting" in await stage.conditions(name)

        await stage.until(f"{name} waits for a person", waits)


IN_PROCESS = pytest.mark.parametrize("world", ["in process"], indirect=True)
"""For stories of time: only there it is virtual."""


async def starts_slowly_and_writes_nothing(stage, slow):
    """What a start has not seen yet is no reason to write that it is waited for.

    Requests to what is slow take longer than a gate may be closed without a word.
    """
    async with stage.controller() as controller:
        await stage.quiet(controller)
        before = await stage.versions_at_rest()
    stage.delay = lambda target: 2.0 if slow in target else 0.0
    async with stage.controller() as controller:
        await stage.quiet(controller)
    assert await stage.versions() == before


@IN_PROCESS
@pytest.mark.parametrize("slow", ["applications/", "/"])
def test_a_slow_start_writes_nothing_while_a_step_waits_for_a_person(world, make, slow):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        await stage.apply(rolling_set(stage.repository.url, [step("dev", 0), step("prod")]))
        async with stage.controller() as controller:
            await waits_for_a_person(stage, *REGIONS)
            await sync_by_hand(stage, "dev1")
            await stage.settled("dev1")
            await stage.quiet(controller)
        await starts_slowly_and_writes_nothing(stage, slow)

    world.run(story, settles=False)


@IN_PROCESS
@pytest.mark.parametrize("slow", ["applications/", "deployments/dev1", "/"])
@pytest.mark.parametrize("limit", [None, 1])
def test_a_slow_start_writes_nothing_while_a_step_waits_for_an_earlier_one(world, make, slow, limit):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        await stage.apply(rolling_set(stage.repository.url, [step("dev", limit), step("prod", limit)]))
        async with stage.controller() as controller:
            await stage.settled(*REGIONS)
            files = deployments(make, "shop:2") | {"apps/dev2/all.yaml": never_ready(make, "dev2")}
            tip = stage.repository.commit(files)
            await controller.refresh()
            await stage.settled("dev1", at=tip)
            await stage.until("dev2 is at the new revision", lambda: is_at(stage, "dev2", "shop:2"))
            await stage.quiet(controller)
        await starts_slowly_and_writes_nothing(stage, slow)

    world.run(story, settles=False)


@IN_PROCESS
@pytest.mark.parametrize("slow", ["applications/", "deployments/first", "/"])
def test_a_slow_start_writes_nothing_while_a_parent_waits_for_a_child(world, make, slow):
    async def story(stage):
        url = stage.repository.url
        files = {
            "root/first.json": json.dumps(make.application("first", url, "first", wave=0)),
            "root/last.json": json.dumps(make.application("last", url, "last", wave=1)),
            "first/all.yaml": never_ready(make, "first"),
            "last/all.yaml": make.config_map("last"),
        }
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.synced("first")
            await stage.quiet(controller)
        await starts_slowly_and_writes_nothing(stage, slow)
        assert await stage.find("Application", "last") is None

    world.run(story, settles=False)


def test_a_sync_by_hand_waits_for_waves_but_not_for_steps(world, make):
    async def story(stage):
        url = stage.repository.url
        files = deployments(make, "shop:1", ("dev1",))
        generated = rolling_set(url, [step("dev", 0)], {"dev1": "dev"})
        generated["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": "1"}
        files["root/set.json"] = json.dumps(generated)
        files["root/first.json"] = json.dumps(make.application("first", url, "first", wave=0))
        files["first/all.yaml"] = make.deployment("first")
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await waits_for_a_person(stage, "dev1")
            stage.repository.commit(
                {
                    "first/all.yaml": never_ready(make, "first"),
                    "apps/dev1/all.yaml": make.deployment("dev1", "shop:2"),
                }
            )
            await controller.refresh()
            await stage.quiet(controller)
            await sync_by_hand(stage, "dev1")
            await stage.quiet(controller)
            assert await images(stage) == {}
            stage.repository.commit({"first/all.yaml": make.deployment("first", "shop:3")})
            await controller.refresh()
            await stage.settled("root", "first", "dev1")
        assert await images(stage) == {"dev1": "shop:2"}

    world.run(story)


def test_steps_sync_without_an_automated_policy_and_leave_alone_what_is_in_no_step(world, make):
    async def story(stage):
        stage.repository.commit(deployments(make, "shop:1"))
        steps = [step("dev"), step("test")]
        await stage.apply(rolling_set(stage.repository.url, steps, automated=False))
        async with stage.controller() as controller:
            await stage.settled("dev1", "dev2")
            await stage.quiet(controller)
            assert set(await images(stage)) == {"dev1", "dev2"}
            conditions, entries = await set_status(stage)
            assert entries["prod1"]["step"] == "-1"
            invalid = conditions["InvalidRolloutConfig"]
            assert invalid["status"] == "True"
            assert invalid["message"] == (
                "step 2 selects no Application; no step selects the Applications `prod1`, `prod2`, `prod3`: "
                "they are synced by hand only"
            )
            await sync_by_hand(stage, "prod1")
            await stage.settled("prod1")

    world.run(story)


def test_steps_and_waves_of_the_parent_hold_together(world, make):
    async def story(stage):
        url = stage.repository.url
        files = deployments(make, "shop:1", ("dev1", "prod1"))
        apps = {"dev1": "dev", "prod1": "prod"}
        generated = rolling_set(url, [step("dev"), step("prod")], apps)
        generated["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": "1"}
        files["root/set.json"] = json.dumps(generated)
        files["root/first.json"] = json.dumps(make.application("first", url, "first", wave=0))
        files["root/last.json"] = json.dumps(make.application("last", url, "last", wave=2))
        files["first/all.yaml"] = make.config_map("first")
        files["last/all.yaml"] = make.config_map("last")
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller():
            await stage.settled("root", "first", "last", *apps)
        moments = []
        for kind, name in (
            ("ConfigMap", "first"),
            ("Deployment", "dev1"),
            ("Deployment", "prod1"),
            ("ConfigMap", "last"),
        ):
            live = await stage.get(kind, name, "apps")
            moments.append(live["metadata"]["creationTimestamp"])
            for condition in (live.get("status") or {}).get("conditions") or ():
                if condition["type"] == "Available":
                    moments.append(condition["lastTransitionTime"])
        assert len(moments) == 6 and moments == sorted(moments)

    world.run(story)
