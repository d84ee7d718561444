"""How `argosy status` draws rows, without a cluster."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from argosy.cli.following import Row
from argosy.cli.status_screen import branches, plain_table, plain_tree, screen_table, screen_tree

ROOT = Row(
    name="root",
    sync="Synced",
    health="Healthy",
    phase="Succeeded",
    message="done",
    revision="0123456789abcdef",
    wave=0,
    parent="",
    cluster="in-cluster",
    namespace="argocd",
    conditions=(),
    pending=False,
)
FAILED = "chart/templates/[x].yaml:4:12: the chart does not render, and this sentence goes on for long"
ROWS = (
    ROOT,
    replace(ROOT, name="web", parent="root", wave=2, sync="OutOfSync", health="Degraded", cluster="dev"),
    replace(ROOT, name="database", parent="root", wave=1, phase="Failed", message=FAILED),
    replace(ROOT, name="shop-dev", parent="shop", sync="Unknown", conditions=("no such path",)),
)


def drawn(picture: object, width: int = 80) -> str:
    console = Console(width=width, color_system=None, file=io.StringIO())
    with console.capture() as capture:
        console.print(picture)
    return capture.get()


def test_a_table_for_pipes_keeps_a_message_on_its_line() -> None:
    assert plain_table(ROWS[:3], wide=False) == [
        "NAME      WAVE  SYNC       HEALTH    REVISION  MESSAGE",
        "root      0     Synced     Healthy   01234567",
        "web       2     OutOfSync  Degraded  01234567",
        f"database  1     Synced     Healthy   01234567  {FAILED}",
    ]


def test_a_wide_table_tells_where_things_go() -> None:
    assert plain_table(ROWS[1:2], wide=True)[1].split() == [
        *("web", "2", "OutOfSync", "Degraded", "01234567", "dev", "argocd")
    ]


def test_a_tree_has_what_applications_render_and_sets_generate() -> None:
    assert plain_tree(ROWS) == [
        "root  wave 0  Synced  Healthy",
        "  web  wave 2  OutOfSync  Degraded",
        f"  database  wave 1  Synced  Healthy  {FAILED}",
        "ApplicationSet shop",
        "  shop-dev  wave 0  Unknown  Healthy  no such path",
    ]


def test_an_application_that_contains_itself_is_shown_once_more_and_no_deeper() -> None:
    root, own = replace(ROOT, parent=""), replace(ROOT, parent="root")
    (branch,) = branches((root, own))
    assert branch.children[0].row is own
    assert branch.children[0].children == ()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_table_on_a_terminal_fits_and_loses_nothing(width: int) -> None:
    text = drawn(screen_table(ROWS, wide=False), width)
    assert max(map(len, text.splitlines())) <= width
    assert FAILED.replace(" ", "") in "".join(line[44:] for line in text.splitlines()).replace(" ", "")
    for row in ROWS:
        assert row.name in text


def test_words_have_the_colour_of_what_they_mean() -> None:
    console = Console(width=100, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(screen_tree(ROWS))
    assert "\x1b[32mSynced\x1b[0m" in capture.get()
    assert "\x1b[31mDegraded\x1b[0m" in capture.get()
    assert "[x].yaml" in capture.get()
