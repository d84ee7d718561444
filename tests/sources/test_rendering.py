import asyncio
import time
from typing import Any

from argosy.schemas.model.source import SourceType
from argosy.sources.errors import (
    INVALID_SOURCE,
    MISSING_PATH,
    RENDER_FAILED,
    UNSUPPORTED_SOURCE,
)
from argosy.sources.rendering import Renderer, detect_source_type

from .conftest import Checkout, Origin, config_map, failure, names


def test_a_directory_gives_its_objects_with_file_line_and_column(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        {
            "app/b.yaml": f"{config_map('one')}---\n{config_map('two')}",
            "app/a.json": '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "json"}}',
            "app/deep/c.yaml": config_map("deep"),
            "app/README.md": "# no",
        }
    )
    rendering = asyncio.run(renderer.render(checkout.request("app")))
    assert rendering.source_type is SourceType.DIRECTORY
    assert names(rendering) == ["json", "one", "two"]
    positions = [str(manifest.origin.position) for manifest in rendering.manifests]
    assert positions == ["app/a.json:1:1", "app/b.yaml:1:1", "app/b.yaml:6:1"]


def test_recurse_include_and_exclude_choose_files(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        {f"app/{name}.yaml": config_map(name.replace("/", "-")) for name in ("a", "b", "sub/c", "sub/d")}
    )

    def chosen(**directory: Any) -> list[str]:
        return names(renderer.render_now(checkout.request("app", directory=directory)))

    assert chosen(recurse=True) == ["a", "b", "sub-c", "sub-d"]
    assert chosen(recurse=True, include="{a,sub/*}.yaml") == ["a", "sub-c", "sub-d"]
    assert chosen(recurse=True, exclude="*c.yaml") == ["a", "b", "sub-d"]
    assert chosen(include="*.yml") == []


def test_a_list_is_taken_apart_and_unrelated_yaml_is_passed_over(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    items = "".join(
        f"- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{name: {name}}}\n" for name in ("one", "two")
    )
    origin.commit(
        {
            "app/list.yaml": f"apiVersion: v1\nkind: List\nitems:\n{items}",
            "app/values.yaml": "replicas: 3\n",
            "app/skipped.yaml": f"# +argocd:skip-file-rendering\n{config_map('skipped')}",
        }
    )
    rendering = renderer.render_now(checkout.request("app"))
    assert names(rendering) == ["one", "two"]
    assert str(rendering.manifests[1].origin.position) == "app/list.yaml:7:3"


def test_broken_yaml_and_a_document_without_kind_are_errors_with_a_position(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit(
        {"broken/a.yaml": "kind: x\nmetadata: [\n", "half/a.yaml": f"{config_map('a')}---\napiVersion: v1\n"}
    )
    broken = failure(renderer, checkout.request("broken"))
    assert broken.code == RENDER_FAILED and str(broken.position).startswith("broken/a.yaml:3:")
    half = failure(renderer, checkout.request("half"))
    assert str(half.position) == "half/a.yaml:6:1" and "kind missing" in half.message


def test_an_empty_folder_is_known_to_be_empty_and_a_missing_one_is_an_error(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"empty/README.md": "nothing here"})
    assert renderer.render_now(checkout.request("empty")).manifests == ()
    assert failure(renderer, checkout.request("gone")).code == MISSING_PATH
    assert failure(renderer, checkout.request("../..")).code == "refused-path"


def test_the_kind_of_a_source_is_found_as_argo_cd_finds_it(origin: Origin, checkout: Checkout) -> None:
    origin.commit(
        {
            "chart/Chart.yaml": "name: x",
            "kustomize/Kustomization": "",
            "both/Chart.yaml": "name: x",
            "both/kustomization.yml": "",
            "plain/a.yaml": "",
            "plain/below/Chart.yaml": "name: x",
        }
    )
    tree = checkout.request("").tree
    assert detect_source_type(tree, "chart") is SourceType.HELM
    assert detect_source_type(tree, "kustomize") is SourceType.KUSTOMIZE
    assert detect_source_type(tree, "both") is SourceType.KUSTOMIZE
    assert detect_source_type(tree, "plain") is SourceType.DIRECTORY


def test_what_is_not_supported_says_so(origin: Origin, checkout: Checkout, renderer: Renderer) -> None:
    origin.commit({"app/a.jsonnet": "{}", "app/b.yaml": config_map("b")})
    assert failure(renderer, checkout.request("app")).code == UNSUPPORTED_SOURCE
    assert failure(renderer, checkout.request("app", plugin={"name": "x"})).code == UNSUPPORTED_SOURCE
    assert failure(renderer, checkout.request("", chart="nginx")).code == UNSUPPORTED_SOURCE
    several = checkout.request("app", helm={"releaseName": "x"}, kustomize={"namePrefix": "x"})
    assert failure(renderer, several).code == INVALID_SOURCE


def test_an_unchanged_folder_is_rendered_once_though_the_commit_differs(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({"app/a.yaml": config_map("a")})
    first = renderer.render_now(checkout.request("app"))
    origin.commit({"other/b.yaml": config_map("b")})
    assert renderer.render_now(checkout.request("app")) is first
    origin.commit({"app/a.yaml": config_map("a") + "# a comment\n"})
    second = renderer.render_now(checkout.request("app"))
    assert second is not first and second.digest == first.digest
    origin.commit({"app/a.yaml": config_map("c")})
    assert renderer.render_now(checkout.request("app")).digest != first.digest


def test_rendering_does_not_block_the_event_loop(
    origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    origin.commit({f"app{n}/{m}.yaml": config_map(f"m{m}") for n in range(10) for m in range(40)})
    requests = [checkout.request(f"app{n}") for n in range(10)]

    async def longest_pause() -> float:
        pauses, done = [0.0], asyncio.Event()

        async def watch() -> None:
            while not done.is_set():
                before = time.perf_counter()
                await asyncio.sleep(0)
                pauses.append(time.perf_counter() - before)
                await asyncio.sleep(0.002)

        watcher = asyncio.create_task(watch())
        await asyncio.gather(*(renderer.render(request) for request in requests))
        done.set()
        await watcher
        return max(pauses)

    assert asyncio.run(longest_pause()) < 0.5
