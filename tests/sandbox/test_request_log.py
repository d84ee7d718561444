from datetime import UTC, datetime

from cluster_calls import APPLY, CONFIG_MAPS, config_map, play

from argosy.sandbox.request_log import LogEntry, RequestLog


def entry(method="GET", target="/api/v1/pods"):
    return LogEntry(datetime(2026, 1, 1, tzinfo=UTC), "dev", method, target, "kubectl/1", 200)


def test_the_log_is_bounded_and_counts_on():
    log = RequestLog(kept=2)
    for _ in range(5):
        log.add(entry())
    assert (len(log), log.total) == (2, 5)
    log.clear()
    assert (len(log), log.total) == (0, 5)


def test_writes_are_told_from_reads_and_dry_runs():
    log = RequestLog()
    for made in (entry(), entry("PATCH"), entry("PATCH", "/x?dryRun=All"), entry("DELETE")):
        log.add(made)
    assert [made.method for made in log.writes()] == ["PATCH", "DELETE"]


def test_a_line_says_when_where_what_and_who():
    line = str(entry(target="/api/v1/pods?watch=true"))
    assert line == "2026-01-01T00:00:00.000000Z dev 200 GET /api/v1/pods?watch=true 'kubectl/1'"
    assert entry(target="/api/v1/pods?watch=true").is_watch


def test_every_request_is_logged_with_its_answer():
    async def story(calls):
        await calls.config_map("a")
        await calls.ask("PATCH", f"{CONFIG_MAPS}/a?fieldManager=other", config_map("a", {"key": "2"}), APPLY)
        await calls.get(f"{CONFIG_MAPS}/missing")
        seen = [(made.method, made.path, made.status, made.user_agent) for made in calls.cluster.log]
        assert seen == [
            ("POST", CONFIG_MAPS, 201, "tests/1"),
            ("PATCH", f"{CONFIG_MAPS}/a", 409, "tests/1"),
            ("GET", f"{CONFIG_MAPS}/missing", 404, "tests/1"),
        ]

    play(story)
