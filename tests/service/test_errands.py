"""What the worker lets be done beside its loop."""

from __future__ import annotations

import threading

from structlog.testing import capture_logs

from syndicate.service.errands import Errands


def test_one_that_does_not_end_holds_up_no_other_and_is_not_begun_twice() -> None:
    errands, gate, done = Errands(), threading.Event(), threading.Event()
    assert errands.begin("slow", gate.wait)
    assert not errands.begin("slow", gate.wait)
    assert errands.begin("quick", done.set)
    assert done.wait(10)
    gate.set()
    errands.finish(10)
    assert errands.begin("slow", gate.wait), "when it has ended it may begin again"


def test_there_are_never_too_many_at_once() -> None:
    errands, gate = Errands(most=2), threading.Event()
    assert [errands.begin(name, gate.wait) for name in "abc"] == [True, True, False]
    gate.set()
    errands.finish(10)
    assert errands.begin("c", gate.wait)


def test_the_end_waits_no_longer_than_told() -> None:
    errands, gate = Errands(), threading.Event()
    errands.begin("slow", gate.wait)
    errands.finish(0.01)
    assert not errands.begin("slow", gate.wait), "it is under way still"
    gate.set()


def test_one_that_fails_is_logged_by_kind_and_without_its_words() -> None:
    errands = Errands()

    def fail() -> None:
        raise ValueError("a secret")

    with capture_logs() as logs:
        errands.begin("failing", fail)
        errands.finish(10)
    (line,) = logs
    assert (line["errand"], line["kind"]) == ("failing", "ValueError")
    assert "a secret" not in str(line)
