"""The program as people run it: `courseware serve` in a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from courseware.content.loader import course_folder
from courseware.storage import migrations
from courseware.storage.database import Database

SECRET_KEY = "only-for-tests-" + "k" * 32
DEADLINE = 60.0
"""Seconds that a start may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running course."""

    url: str
    log: Path

    @property
    def setup_link(self) -> str:
        """The one-time link that the first start prints."""
        found = re.search(r"http\S+/setup/\S+", self.log.read_text(encoding="utf-8"))
        assert found is not None
        return found.group(0)


class NotServing(RuntimeError):
    """The server did not start or did not stop; the message holds what it said."""


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def migrated_database(folder: Path) -> Database:
    """A new database in ``folder``, made by the migrations as a user's is."""
    db = Database(f"sqlite:///{folder / 'courseware.sqlite3'}")
    migrations.upgrade(db, course_folder() / "migrations")
    return db


def variables(folder: Path, port: int, **settings: str) -> dict[str, str]:
    """The environment of a server on the database in ``folder``; ``settings`` are COURSEWARE_ variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
    wanted = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "1",
        "SECRET_KEY": SECRET_KEY,
        "INSTANCE_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'courseware.sqlite3'}",
        **settings,
    }
    return kept | {f"COURSEWARE_{name}": value for name, value in wanted.items()}


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Served]:
    """A server on the database in ``folder``, made where there is none; it is stopped by SIGTERM afterwards."""
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", "from courseware.cli import main; main()", "serve"],
            env=variables(folder, port, **settings),
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, address, log)
            yield Served(address, log)
        finally:
            _stop(process, log)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until the server says that it is well."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotServing(f"the server ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise NotServing(f"the server was not ready within {DEADLINE:g} seconds:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask it to stop, and make it where it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.wait()
        raise NotServing(f"the server did not stop at SIGTERM:\n{log.read_text()}") from error
