"""A Secret's values are nowhere but in the Secret and in the copy of the repository."""

import asyncio
import base64
import json

MARKER = "mArK3r-of-a-s3cret/that+nobody may s33"
BY_HAND = "ty9ed-by-hand/in+a hurry-4711-XYZ"
MISTAKES = {
    "immutable": None,
    "nested": {"stringData": {"text": {"deeper": MARKER}}},
    "listed": {"stringData": {"text": [MARKER]}},
    "not-base64": {"data": {"text": f"%%{MARKER}"}},
    "wrong-type": {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": MARKER}},
    "bad-key": {"stringData": {"a key": MARKER}},
    "misplaced": {"data": {"text": {"deeper": MARKER}}, "stringData": {"more": MARKER}},
}


def secret(name, **content):
    return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, **content})


def traces(text, value):
    """Where in a text a value stands, plain or base64 in any of the three alignments."""
    forms = {value, json.dumps(value)[1:-1]}
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + value.encode()).decode()
        forms.add(encoded[4:-4])
    return [
        text[max(0, at - 300) : at + 100].replace(value, "<VALUE>")
        for form in forms
        if (at := text.find(form)) >= 0
    ]


def files_written(argosy):
    """Path and content of all files, but those of Git mirrors, which hold what the repository holds."""
    mirrors = argosy.cache / "argosy" / "repositories"
    found = [path for path in argosy.folder.rglob("*") if path.is_file()]
    return [(str(path), path.read_bytes().decode("latin-1")) for path in found if mirrors not in path.parents]


async def look_everywhere(stage, argosy):
    places = files_written(argosy)
    places.append(("Applications", json.dumps(await stage.all("Application", "argoproj.io", "v1alpha1"))))
    places.append(("Events", json.dumps(await stage.all("Event"))))
    for value in (MARKER, BY_HAND):
        found = {place: shown for place, text in places if (shown := traces(text, value))}
        assert not found, f"{found}"


async def ask_for_everything(argosy, *names, within):
    """Every form of `status`, and a sync of these Applications; the latter's exit status."""
    asked = ["--allow-file-repositories", "--timeout", within]
    status = await asyncio.to_thread(argosy.command, "sync", *names, *asked)
    for form in ("wide", "tree", "json"):
        assert await asyncio.to_thread(argosy.command, "status", "-o", form) == 0
    return status


def test_the_search_finds_a_value_in_every_form():
    for text in (MARKER, f"a{MARKER}b", json.dumps({"a": MARKER})):
        assert traces(text, MARKER)
        assert traces(base64.b64encode(text.encode()).decode(), MARKER)
    assert not traces("nothing of the kind", MARKER)


def test_a_secret_that_is_deployed_edited_and_refused_and_rolled_back_is_never_shown(served_world, make):
    async def story(stage):
        url, argosy = stage.repository.url, stage.processes()
        good = {
            "kept/secret.json": secret("kept", stringData={"text": MARKER}, immutable=False),
            "left/secret.json": secret("left", data={"text": base64.b64encode(MARKER.encode()).decode()}),
            **{f"{name}/secret.json": secret(name, stringData={"text": MARKER}) for name in MISTAKES},
            "immutable/secret.json": secret("immutable", stringData={"text": MARKER}, immutable=True),
            "unreadable/secret.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: unreadable}}\n"
            f"stringData:\n  text: {MARKER}\n",
        }
        first = stage.repository.commit(good)
        names = ["kept", "left", "unreadable", *MISTAKES]
        for name in names:
            policy = {"automated": {"selfHeal": name != "left"}, "syncOptions": ["CreateNamespace=true"]}
            await stage.apply(make.application(name, url, name, policy=policy))
        # Nothing polls: the commits are seen by those who ask.
        with argosy.run("--poll", "1h"):
            await stage.settled(*names)
            await edit_by_hand(stage)
            await look_everywhere(stage, argosy)

            bad = {
                f"{name}/secret.json": secret(name, **content)
                for name, content in MISTAKES.items()
                if content
            }
            bad["immutable/secret.json"] = secret(
                "immutable", stringData={"text": MARKER + "2"}, immutable=True
            )
            bad["unreadable/secret.yaml"] = good["unreadable/secret.yaml"] + f'  more: "{MARKER}\n'
            stage.repository.commit(bad)
            assert await ask_for_everything(argosy, *MISTAKES, "unreadable", within="3s") == 1
            await failed(stage, "immutable", "unreadable")
            await look_everywhere(stage, argosy)

            stage.repository.git("revert", "--no-edit", "HEAD")
            back = stage.repository.git("rev-parse", "HEAD")
            assert await ask_for_everything(argosy, *names, within="50s") == 0
            await stage.settled(*names, at=back)
            await look_everywhere(stage, argosy)
        assert first != back
        # Once more where no controller runs, so that the command itself does the work.
        stage.repository.commit(bad)
        assert await ask_for_everything(argosy, "immutable", "nested", "unreadable", within="5s") == 1
        await look_everywhere(stage, argosy)
        live = await stage.get("Secret", "kept", "apps")
        assert base64.b64decode(live["data"]["text"]).decode() == MARKER
        assert "SyncFailed" in json.dumps(await stage.application("immutable"))
        assert "immutable" in argosy.printed()

    served_world.run(story, settles=False)


async def edit_by_hand(stage):
    data = {"text": base64.b64encode(BY_HAND.encode()).decode()}
    for name in ("kept", "left"):
        await stage.patch("Secret", name, {"data": data})

    async def reverted_and_reported():
        kept = await stage.get("Secret", "kept", "apps")
        left = await stage.application("left")
        text = base64.b64decode(kept["data"]["text"]).decode()
        return text == MARKER and left["status"]["sync"]["status"] == "OutOfSync"

    await stage.until("the edit is reverted, and where that is not wanted reported", reverted_and_reported)


async def failed(stage, refused, unreadable):
    async def told():
        return "SyncError" in await stage.conditions(refused) and "ComparisonError" in await stage.conditions(
            unreadable
        )

    await stage.until("the mistakes are reported", told)
