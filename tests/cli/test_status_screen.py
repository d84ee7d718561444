"""How `argosy status` draws rows, without a cluster."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from argosy.cli.live_state import APPLICATION, APPLICATION_SET, LiveState, SetRow
from argosy.cli.status_screen import plain_table, plain_tree, screen_table, screen_tree

from .live_rows import SETTLED

ROOT = replace(SETTLED, name="root", namespace="argocd")
FAILED = "chart/templates/[x].yaml:4:12: the chart does not render, and this sentence goes on for long"
BELOW = replace(ROOT, parent="root", parent_kind=APPLICATION)
WEB = replace(BELOW, name="web", wave=2, sync="OutOfSync", health="Degraded", cluster="dev")
DATABASE = replace(BELOW, name="database", wave=1, phase="Failed", message=FAILED)
SHOP = replace(ROOT, name="shop-dev", wave=1, parent="shop", parent_kind=APPLICATION_SET, sync="Unknown")
STATE = LiveState(
    rows=(ROOT, DATABASE, replace(SHOP, conditions=("no such path",)), WEB),
    sets=(SetRow("shop", 1, "root", ""), SetRow("tools", 1, "", "no such repository")),
)


def drawn(picture: object, width: int = 80) -> str:
    console = Console(width=width, color_system=None, file=io.StringIO())
    with console.capture() as capture:
        console.print(picture)
    return capture.get()


def test_a_table_for_pipes_keeps_a_message_on_its_line() -> None:
    assert plain_table(STATE, wide=False) == [
        "NAME                  WAVE  SYNC       HEALTH    REVISION  MESSAGE",
        "root                  0     Synced     Healthy   01234567",
        "ApplicationSet tools  1                                    no such repository",
        f"database              1     Synced     Healthy   01234567  {FAILED}",
        "shop-dev              1     Unknown    Healthy   01234567  no such path",
        "web                   2     OutOfSync  Degraded  01234567",
    ]


def test_a_wide_table_tells_where_things_go() -> None:
    assert plain_table(LiveState((WEB,), ()), wide=True)[1].split() == [
        *("web", "2", "OutOfSync", "Degraded", "01234567", "dev", "argocd")
    ]


def test_a_tree_has_what_applications_render_and_sets_generate() -> None:
    assert plain_tree(STATE) == [
        "root  wave 0  Synced  Healthy",
        f"  database  wave 1  Synced  Healthy  {FAILED}",
        "  ApplicationSet shop  wave 1",
        "    shop-dev  wave 1  Unknown  Healthy  no such path",
        "  web  wave 2  OutOfSync  Degraded",
        "ApplicationSet tools  wave 1  no such repository",
    ]


def test_what_a_deleted_set_has_left_stands_below_its_name() -> None:
    assert plain_tree(LiveState((SHOP,), ())) == [
        "ApplicationSet shop",
        "  shop-dev  wave 1  Unknown  Healthy",
    ]


def test_applications_that_contain_each_other_are_shown_once_more_and_no_deeper() -> None:
    one, other = replace(BELOW, name="one", parent="other"), replace(BELOW, name="other", parent="one")
    assert plain_tree(LiveState((one, other), ())) == [
        "one  wave 0  Synced  Healthy",
        "  other  wave 0  Synced  Healthy",
        "    one  wave 0  Synced  Healthy",
    ]


@pytest.mark.parametrize("width", [70, 80, 200])
def test_a_table_on_a_terminal_fits_and_loses_nothing(width: int) -> None:
    text = drawn(screen_table(STATE, wide=False), width)
    assert max(map(len, text.splitlines())) <= width
    assert FAILED.replace(" ", "") in "".join(line[55:] for line in text.splitlines()).replace(" ", "")
    for row in STATE.rows:
        assert row.name in text


def test_words_have_the_colour_of_what_they_mean() -> None:
    console = Console(width=100, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(screen_tree(STATE))
    assert "\x1b[32mSynced\x1b[0m" in capture.get()
    assert "\x1b[31mDegraded\x1b[0m" in capture.get()
    assert "[x].yaml" in capture.get()
