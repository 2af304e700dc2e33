"""One job at a time, each after its delay, and once for many requests."""

from __future__ import annotations

import threading

import pytest

from confguard.server.worker import Worker


@pytest.fixture
def done():
    return []


def finished(worker, done, count):
    for _ in range(500):
        if len(done) >= count:
            return True
        threading.Event().wait(0.01)
    return False


def test_requests_before_the_delay_is_over_are_one_job(done):
    worker = Worker(done.append)
    for _ in range(5):
        worker.ask("a", 0.05)
    worker.ask("b")
    worker.start()
    assert finished(worker, done, 2)
    assert done == ["b", "a"]
    worker.stop()


def test_a_request_while_the_job_is_under_way_is_another_job():
    began, go_on, done = threading.Event(), threading.Event(), []

    def work(key):
        began.set()
        go_on.wait(5)
        done.append(key)

    worker = Worker(work)
    worker.start()
    worker.ask("a")
    began.wait(5)
    assert not worker.is_asked("a")
    worker.ask("a")
    assert worker.is_asked("a")
    assert done == []
    go_on.set()
    assert finished(worker, done, 2)
    worker.stop()


def test_nothing_begins_after_the_end(done):
    worker = Worker(done.append)
    worker.ask("a", 0.02)
    worker.start()
    worker.stop()
    threading.Event().wait(0.06)
    assert done == []
