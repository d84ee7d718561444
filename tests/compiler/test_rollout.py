"""The order of a rollout: waves, sets, depends-on, ancestors, cycles."""

import pytest

from argosy.compiler.rollout import NodeKey, RolloutGraph, RolloutNode, build
from argosy.schemas.model.applicationset import MatchExpression, RolloutStep


def app(name: str) -> NodeKey:
    return NodeKey("Application", "argocd", name)


def appset(name: str) -> NodeKey:
    return NodeKey("ApplicationSet", "argocd", name)


def node(
    name: str, wave: int = 0, parent: NodeKey | None = None, depends_on: tuple[str, ...] = ()
) -> RolloutNode:
    return RolloutNode(app(name), parent, wave, depends_on)


def names(keys: frozenset[NodeKey]) -> set[str]:
    return {key.name for key in keys}


def shop() -> RolloutGraph:
    root = app("root")
    return build(
        [
            node("root"),
            node("infrastructure", -1, root),
            RolloutNode(appset("apps"), root, 1),
            node("web", 0, appset("apps")),
            node("late", 3, appset("apps")),
            node("between", 2, root),
            node("certificates", 0, app("infrastructure")),
        ]
    )


def test_waves_order_siblings_under_one_parent() -> None:
    graph = build([node("a", 0), node("b", 1), node("c", 1), node("d", 2)])
    assert names(graph.predecessors(app("d"))) == {"a", "b", "c"}
    assert graph.predecessors(app("a")) == frozenset()


def test_waves_of_different_parents_do_not_order_each_other() -> None:
    graph = build([node("p"), node("q"), node("a", 5, app("p")), node("b", 0, app("q"))])
    assert graph.predecessors(app("a")) == frozenset()


def test_a_generated_application_ranks_in_the_order_of_its_sets_parent() -> None:
    graph = shop()
    assert graph.group(app("web")) == app("root")
    assert graph.wave(app("web")) == 1
    assert names(graph.predecessors(app("web"))) == {"infrastructure"}
    assert names(graph.predecessors(app("between"))) == {"infrastructure", "apps", "web"}
    assert names(graph.predecessors(app("late"))) == {"infrastructure", "apps", "web", "between"}


def test_a_child_inherits_the_predecessors_of_its_ancestors() -> None:
    graph = build([node("a", 0), node("b", 1), node("c", 0, app("b"))])
    assert names(graph.predecessors(app("c"))) == {"a"}
    assert graph.direct_predecessors(app("c")) == frozenset()


def test_depends_on_adds_predecessors_and_a_set_stands_for_what_it_generates() -> None:
    graph = build(
        [node("a"), RolloutNode(appset("s")), node("g", 0, appset("s")), node("b", 0, None, ("a", "s"))]
    )
    assert names(graph.predecessors(app("b"))) == {"a", "s", "g"}


def test_the_order_puts_everything_after_what_it_waits_for() -> None:
    graph = shop()
    order = list(graph.order)
    assert set(order) == set(graph.nodes)
    for key in order:
        assert all(order.index(before) < order.index(key) for before in graph.predecessors(key))
    assert not graph.findings


def test_an_unknown_dependency_is_named_with_the_nearest_one() -> None:
    graph = build([node("database"), node("web", depends_on=("databse",))])
    (finding,) = graph.findings
    assert finding.code == "unknown-dependency"
    assert "`databse`" in finding.message
    assert finding.hint == "did you mean `database`?"
    assert graph.blocked(app("web")) == finding
    assert graph.blocked(app("database")) is None


@pytest.mark.parametrize(
    ("nodes", "message", "edges"),
    [
        (
            [node("a", 0, None, ("b",)), node("b", 1)],
            "a cycle that can never roll out: Application a -> Application b -> Application a",
            [
                "Application a waits for Application b: depends-on",
                "Application b waits for Application a: wave 1 comes after wave 0",
            ],
        ),
        (
            [node("a", 0, None, ("a",))],
            "a cycle that can never roll out: Application a -> Application a",
            ["Application a waits for Application a: depends-on"],
        ),
        (
            [node("a", 0, app("b")), node("b", 0, app("a"))],
            "an Application that contains itself: Application a -> Application b -> Application a",
            [
                "Application a waits for Application b: is rendered by it",
                "Application b waits for Application a: is rendered by it",
            ],
        ),
        (
            [node("p"), node("c", 0, app("p"), ("p",))],
            "a cycle that can never roll out: Application c -> Application p -> Application c",
            [
                "Application c waits for Application p: depends-on",
                "Application p waits for Application c: is settled only with its children",
            ],
        ),
    ],
    ids=["wave-against-depends-on", "itself", "parents", "own-parent"],
)
def test_a_cycle_is_named_with_its_edges(nodes: list[RolloutNode], message: str, edges: list[str]) -> None:
    graph = build([*nodes, node("innocent", 7)])
    (finding,) = graph.findings
    assert finding.message == message
    assert [related.message for related in finding.related] == edges
    assert graph.blocked(app("innocent")) is None


def test_two_separate_cycles_are_two_findings() -> None:
    parent = app("p")
    graph = build(
        [
            node("a", 0, None, ("b",)),
            node("b", 0, None, ("a",)),
            node("p"),
            node("c", 0, parent, ("d",)),
            node("d", 0, parent, ("c",)),
        ]
    )
    assert len(graph.findings) == 2


def test_ten_thousand_applications_are_ordered_without_a_quadratic_graph() -> None:
    graph = build([node(f"a{number}", number % 50) for number in range(10_000)])
    assert len(graph.order) == 10_000
    assert not graph.findings


def rolling(*members: tuple[str, str], **more: tuple[str, ...]) -> RolloutGraph:
    """A set that rolls `dev` before `prod`, and its Applications with their environment."""
    steps = tuple(RolloutStep((MatchExpression("env", "In", (env,)),)) for env in ("dev", "prod"))
    nodes = [RolloutNode(appset("shop"), steps=steps)]
    for name, env in members:
        depends_on = more.get(name, ())
        nodes.append(RolloutNode(app(name), appset("shop"), depends_on=depends_on, labels={"env": env}))
    return build(nodes)


def test_steps_order_what_one_set_generates() -> None:
    graph = rolling(("a", "prod"), ("b", "dev"), ("c", "dev"), ("d", "test"))
    assert graph.steps(appset("shop")) == ((app("b"), app("c")), (app("a"),))
    assert graph.place(app("a")) == (appset("shop"), 1)
    assert graph.place(app("d")) == (appset("shop"), None)
    assert names(graph.predecessors(app("a"))) == {"b", "c"}
    assert graph.predecessors(app("b")) == graph.predecessors(app("d")) == frozenset()
    order = graph.order
    assert order.index(app("b")) < order.index(app("c")) < order.index(app("a"))


def test_without_steps_nobody_has_a_place() -> None:
    graph = shop()
    assert graph.place(app("web")) is None
    assert graph.steps(appset("apps")) == ()


def test_an_earlier_step_that_depends_on_a_later_one_is_a_cycle() -> None:
    graph = rolling(("a", "prod"), ("b", "dev"), b=("a",))
    (finding,) = graph.findings
    assert finding.code == "rollout-cycle"
    assert [related.message for related in finding.related] == [
        "Application a waits for Application b: step 2 of ApplicationSet shop comes after step 1",
        "Application b waits for Application a: depends-on",
    ]
    assert graph.blocked(app("a")) is finding and graph.blocked(app("b")) is finding


def test_waves_against_steps_are_a_cycle() -> None:
    steps = tuple(RolloutStep((MatchExpression("env", "In", (env,)),)) for env in ("dev", "prod"))
    graph = build(
        [
            RolloutNode(appset("shop"), steps=steps),
            RolloutNode(app("a"), appset("shop"), 1, labels={"env": "dev"}),
            RolloutNode(app("b"), appset("shop"), 0, labels={"env": "prod"}),
        ]
    )
    (finding,) = graph.findings
    assert sorted(related.message for related in finding.related) == [
        "Application a waits for Application b: wave 1 comes after wave 0",
        "Application b waits for Application a: step 2 of ApplicationSet shop comes after step 1",
    ]


def everything(graph: RolloutGraph) -> dict[str, object]:
    found: dict[str, object] = {
        "order": graph.order,
        "findings": graph.findings,
        "roots": graph.children(None),
    }
    for key in graph.nodes:
        found[str(key)] = (
            graph.group(key),
            graph.wave(key),
            graph.waves(key),
            graph.children(key),
            graph.ancestors(key),
            graph.predecessors(key),
        )
    return found


def test_a_graph_with_a_leaf_more_is_the_graph_built_anew() -> None:
    nodes = list(shop().nodes.values())
    graph = build(nodes[:1])
    for count, added in enumerate(nodes[1:], start=2):
        everything(graph)  # what was asked before must not be answered from memory
        larger = graph.with_leaf(added)
        assert larger is not None
        assert everything(larger) == everything(build(nodes[:count]))
        assert added.key not in graph.nodes
        graph = larger


@pytest.mark.parametrize(
    "added",
    [
        node("web", depends_on=("other",)),
        node("other"),
        node("parent"),
        node("itself", 0, app("itself")),
        RolloutNode(appset("steps"), steps=(RolloutStep((), None),)),
    ],
)
def test_a_node_that_changes_the_place_of_others_is_no_leaf(added: RolloutNode) -> None:
    graph = build([node("other"), node("child", 0, app("parent"))])
    assert graph.with_leaf(added) is None


def test_where_something_has_predecessors_no_node_is_a_leaf() -> None:
    assert build([node("a"), node("b", depends_on=("a",))]).with_leaf(node("c")) is None


def test_an_application_more_in_a_step_is_the_graph_built_anew() -> None:
    graph = rolling()
    members = [("a", "prod"), ("c", "dev"), ("b", "dev"), ("d", "test")]
    for count, (name, env) in enumerate(members, start=1):
        larger = graph.with_leaf(RolloutNode(app(name), appset("shop"), labels={"env": env}))
        assert larger is not None
        anew = rolling(*members[:count])
        assert everything(larger) == everything(anew)
        assert larger.steps(appset("shop")) == anew.steps(appset("shop"))
        assert all(larger.place(key) == anew.place(key) for key in anew.nodes)
        graph = larger


def test_an_application_whose_wave_contradicts_its_step_is_no_leaf() -> None:
    early = RolloutNode(app("a"), appset("shop"), 1, labels={"env": "dev"})
    graph = build([*rolling().nodes.values(), early])
    late = RolloutNode(app("b"), appset("shop"), 0, labels={"env": "prod"})
    assert graph.with_leaf(late) is None
    assert len(build([*graph.nodes.values(), late]).findings) == 1
