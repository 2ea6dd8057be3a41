"""Making ready and serving: migrate, load the bank, say where to go, hand over to the server."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from courseware.app import create_app
from courseware.config import PREFIX, Settings
from courseware.content.loader import Loaded
from courseware.services import accounts
from courseware.services.bank import LoadReport, load_shipped
from courseware.storage import migrations
from courseware.storage.database import Database

MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Ready:
    """What making ready did. setup_secret: of the first visitor's link, None where there is an admin."""

    report: LoadReport
    setup_secret: str | None


def load_bank(db: Database, loaded: Loaded, migrations_folder: Path, *, now: datetime) -> LoadReport:
    """Migrate and load the shipped bank."""
    migrations.upgrade(db, migrations_folder)
    with db.write() as session:
        return load_shipped(session, [(each.module, each.item) for each in loaded.bank], now=now)


def make_ready(db: Database, loaded: Loaded, migrations_folder: Path, *, now: datetime) -> Ready:
    """Migrate, load the shipped bank, and make the one-time link where nobody is an admin yet.

    An older link that nobody used stops working.
    """
    report = load_bank(db, loaded, migrations_folder, now=now)
    with db.write() as session:
        secret = None if accounts.admin_exists(session) else accounts.make_setup_link(session, now=now)
    return Ready(report, secret)


def address(settings: Settings) -> str:
    """Where people reach the course: by its first trusted name where there is one, else on this machine."""
    if settings.trusted_hosts:
        name = settings.trusted_hosts[0]
        port = "" if settings.https or settings.proxies or ":" in name else f":{settings.port}"
        return f"{'https' if settings.https else 'http'}://{name}{port}"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://{shown}:{settings.port}"


def keep_address(settings: Settings) -> None:
    """Leave a note of where the course is served, for commands that make links."""
    folder = Path(settings.instance_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "address").write_text(address(settings), encoding="utf-8")


def last_address(settings: Settings) -> str | None:
    """Where the course was served last from this instance folder; None where it never was."""
    note = Path(settings.instance_dir) / "address"
    return note.read_text(encoding="utf-8").strip() if note.is_file() else None


class PortTaken(RuntimeError):
    """Something else listens there already."""


def require_free_port(settings: Settings) -> None:
    """Raise PortTaken where the port can't be had: the server's own sockets would share it in silence."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(
                f"{settings.host}, port {settings.port} can't be listened on ({error.strerror}); "
                "choose another port with --port or COURSEWARE_PORT"
            ) from error


def make_worker_app() -> Flask:
    """The application in a worker of the server.

    A worker leaves the terminal's group of processes: Ctrl+C then reaches the parent alone, which
    stops its workers after the requests in flight. A worker that hears both would hang.
    """
    if hasattr(os, "setpgid"):
        with suppress(OSError):
            os.setpgid(0, 0)
    return create_app()


def serve(settings: Settings, say: Callable[[str], object]) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are finished first."""
    os.environ[f"{PREFIX}HOST"] = settings.host
    os.environ[f"{PREFIX}PORT"] = str(settings.port)
    workers = settings.workers or min(MOST_WORKERS, os.cpu_count() or 1)
    server = Granian(
        "courseware.running:make_worker_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    )
    say(f"Serving with {workers} workers. Stop with Ctrl+C.")
    server.serve()
