"""Making ready, and the real server: it answers, and stops when it is told to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from courseware import __version__
from courseware.config import Settings
from courseware.content.loader import Loaded, load_sound
from courseware.running import address, make_ready
from courseware.services import accounts
from courseware.storage.accounts import OneTimeLink
from courseware.storage.bank import ItemVersion
from courseware.storage.database import Database
from tests.conftest import START
from tests.content.small_course import build, plant
from tests.factories import make_user
from tests.storage.planted import SHIPPED

DEADLINE = 30.0
"""Seconds for the server to come up or go down; it takes about two."""


@pytest.fixture
def small(tmp_path: Path) -> Loaded:
    """The small course, read."""
    return load_sound(build(tmp_path / "course"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """A database that is not there yet."""
    db = Database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield db
    db.dispose()


def versions(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(ItemVersion)) or 0


def test_the_first_start_migrates_loads_the_bank_and_makes_the_link(empty: Database, small: Loaded) -> None:
    ready = make_ready(empty, small, SHIPPED, now=START)
    assert (len(ready.report.new), ready.report.unchanged, versions(empty)) == (6, 0, 6)
    assert ready.setup_secret is not None
    with empty.read() as session:
        assert accounts.look_up_link(session, ready.setup_secret, "setup", now=START).purpose == "setup"


def test_the_second_start_changes_nothing_but_the_link(empty: Database, small: Loaded) -> None:
    first = make_ready(empty, small, SHIPPED, now=START)
    second = make_ready(empty, small, SHIPPED, now=START)
    assert (second.report.new, second.report.updated, second.report.unchanged, versions(empty)) == ((), (), 6, 6)
    assert second.setup_secret not in (None, first.setup_secret)
    with empty.read() as session:
        assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 1


def test_there_is_a_link_only_while_nobody_is_an_administrator(empty: Database, small: Loaded) -> None:
    make_ready(empty, small, SHIPPED, now=START)
    with empty.write() as session:
        make_user(session, "teacher@example.org", "instructor", password="hash")
    assert make_ready(empty, small, SHIPPED, now=START).setup_secret is not None
    with empty.write() as session:
        admin = make_user(session, "admin@example.org", "admin", password="hash")
    assert make_ready(empty, small, SHIPPED, now=START).setup_secret is None
    with empty.write() as session:
        accounts.grant_role(session, admin, "trainee")
    assert make_ready(empty, small, SHIPPED, now=START).setup_secret is None


def test_a_changed_file_is_told(empty: Database, small: Loaded, tmp_path: Path) -> None:
    make_ready(empty, small, SHIPPED, now=START)
    plant(tmp_path / "course", "question_bank/alpha/items.yaml", "What first, in alpha-two?", "What then?")
    ready = make_ready(empty, load_sound(tmp_path / "course"), SHIPPED, now=START)
    assert (ready.report.updated, ready.report.unchanged, versions(empty)) == (("alpha-two",), 5, 7)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - nothing is bound
        ("::", "http://127.0.0.1:8000"),
        ("parley.example", "http://parley.example:8000"),
    ],
)
def test_the_address_is_one_that_can_be_opened_here(host: str, told: str) -> None:
    assert address(Settings(host=host)) == told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``courseware serve`` in a folder of its own."""

    def __init__(self, folder: Path, course: Path) -> None:
        self.port = free_port()
        self.output = folder / "output.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
        environment |= {"COURSEWARE_COURSE_DIR": str(course), "COURSEWARE_PORT": str(self.port)}
        command = [Path(sys.executable).with_name("courseware"), "serve"]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    def told(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def health(self) -> dict[str, object]:
        """What /healthz answers, as soon as it does."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                    found: dict[str, object] = json.load(answer)
                    return found
            except (URLError, ConnectionError):
                time.sleep(0.05)
        raise AssertionError(f"no answer: {self.told()}")

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The server on the small course; ended with its workers whatever the test did."""
    course = build(tmp_path / "course")
    (course / "migrations").symlink_to(SHIPPED)
    folder = tmp_path / "work"
    folder.mkdir()
    server = Server(folder, course)
    yield server
    if server.process.poll() is None:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait(DEADLINE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_stops_cleanly(server: Server, number: signal.Signals) -> None:
    assert server.health() == {"status": "ok", "database": "sqlite", "version": __version__}
    assert server.stop(number) == 0
    told = server.told()
    assert f"Parley is at http://127.0.0.1:{server.port}\n" in told
    assert re.search(rf"^  http://127\.0\.0\.1:{server.port}/setup/\S{{40,}}$", told, re.MULTILINE)
    assert "Question bank: 6 new, 0 updated, 0 unchanged." in told
    assert "Traceback" not in told
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0


def test_a_port_that_is_taken_ends_the_start_with_a_message(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    (course / "migrations").symlink_to(SHIPPED)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
        port = taken.getsockname()[1]
        environment |= {"COURSEWARE_COURSE_DIR": str(course), "COURSEWARE_PORT": str(port)}
        done = subprocess.run(
            [Path(sys.executable).with_name("courseware"), "serve"], cwd=tmp_path, env=environment, timeout=DEADLINE,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"courseware: 127.0.0.1, port {port} can't be listened on" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
