"""The course served as a user serves it: a process of its own in a folder of its own."""

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

PATIENCE = 60
"""Seconds in which a server has to be there, or gone."""


@dataclass
class Served:
    """A running course."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    log: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def setup_link(self) -> str:
        """The one-time link that the first start prints."""
        found = re.search(r"http\S+/setup/\S+", self.log.read_text(encoding="utf-8"))
        assert found is not None
        return found.group(0)


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """`courseware serve` in a folder, on a free port, until the block ends. settings: by their names without prefix."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
    environment |= {"COURSEWARE_PORT": str(port), "COURSEWARE_WORKERS": "2"}
    environment |= {f"COURSEWARE_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "from courseware.cli import main; main()", "serve"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
    server = Served(folder, port, process, log)
    try:
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def _wait(server: Served) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{server.log.read_text(encoding='utf-8')}")
