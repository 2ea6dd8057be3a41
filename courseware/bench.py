"""``courseware bench``: what our pages cost against a bare handler that does the same reads and writes.

Both are called in this process as WSGI applications on databases of the same size on the same
disk, in alternating batches, so that a slow spell of the machine falls on both. What is
compared is a ratio of medians within one run; times alone say little of another machine.
"""

from __future__ import annotations

import io
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pysqlite3.dbapi2 as sqlite
from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from courseware.app import create_app, utc_now
from courseware.config import Settings
from courseware.content.loader import Loaded
from courseware.running import load_bank
from courseware.services import accounts, attempts, simulation
from courseware.services.passwords import hash_password, normalised
from courseware.storage.accounts import digest
from courseware.storage.database import PRAGMAS, Database

ROUNDS = 15
BATCH = 40
COHORT = 30
PASSWORD = "a bench of oak by the river"  # noqa: S105 - of an account that lives as long as the measurement
EMAIL = "bench@example.org"

Call = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of a comparison, over all rounds.

    per_second: requests a second of wall time, median. cpu_ms: CPU a request, median. spread:
    the quartiles of requests a second.
    """

    per_second: float
    cpu_ms: float
    spread: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours against the bare handler. ratio: the median over rounds of ours / bare in requests a second."""

    name: str
    goal: float
    ratio: float
    ratio_spread: tuple[float, float]
    ours: Measured
    bare: Measured


def run(loaded: Loaded, migrations_folder: Path, rounds: int = ROUNDS) -> tuple[Comparison, ...]:
    """Measure a signed-in lesson page and an answer save."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        world = _World(Path(folder), loaded, migrations_folder)
        try:
            return (
                _compare("lesson page, signed in", 0.70, world.our_page, world.bare_page, rounds),
                _compare("answer save", 0.60, world.our_save, world.bare_save, rounds),
            )
        finally:
            world.close()


def _compare(name: str, goal: float, ours: Call, bare: Call, rounds: int) -> Comparison:
    for call in (ours, bare):
        _batch(call, -1)
    times = [(_batch(ours, number), _batch(bare, number)) for number in range(rounds)]
    ratios = sorted(theirs[0] / own[0] for own, theirs in times)
    return Comparison(
        name,
        goal,
        statistics.median(ratios),
        _quartiles(ratios),
        _measured([own for own, _theirs in times]),
        _measured([theirs for _own, theirs in times]),
    )


def _batch(call: Call, number: int) -> tuple[float, float]:
    """Seconds of wall time and of CPU that a batch took."""
    wall, cpu = time.perf_counter(), time.process_time()
    for each in range(BATCH):
        status = call(number * BATCH + each)
        if status != 200:
            raise RuntimeError(f"a measured request was answered {status}")
    return time.perf_counter() - wall, time.process_time() - cpu


def _measured(times: Iterable[tuple[float, float]]) -> Measured:
    rows = list(times)
    rates = [BATCH / wall for wall, _cpu in rows]
    cpu = statistics.median(cpu / BATCH * 1000 for _wall, cpu in rows)
    return Measured(statistics.median(rates), cpu, _quartiles(rates))


def _quartiles(values: Iterable[float]) -> tuple[float, float]:
    low, _middle, high = statistics.quantiles(values, n=4)
    return low, high


class _World:
    """A course with a cohort in it, a signed-in trainee, and the bare handler beside it."""

    def __init__(self, folder: Path, loaded: Loaded, migrations_folder: Path) -> None:
        self.settings = Settings(database_url=f"sqlite:///{folder / 'ours.sqlite3'}", instance_dir=str(folder))
        self.db = Database(self.settings.database_url)
        load_bank(self.db, loaded, migrations_folder, now=utc_now())
        module = loaded.course.modules[0]
        self.lesson = module.lessons[0]
        with self.db.write() as session:
            simulation.simulate(session, loaded.course, trainees=COHORT, seed=1, now=utc_now())
            hashed = hash_password(normalised(PASSWORD))
            user_id = accounts.create_account(session, EMAIL, "Bench", hashed, ("trainee",), now=utc_now())
            self.attempt_id = attempts.start(session, user_id, module, seed=1, now=utc_now())
            page = attempts.item_page(session, self.attempt_id, user_id, 1)
            item = next(each.item for each in loaded.bank if each.item.head.stem == page.presentation.stem)
            self.fields = item.form_of(item.key())
        self.app = create_app(self.settings, db=self.db, loaded=loaded)
        self.client = self._sign_in()
        self.page_url = f"/modules/{self.lesson.module}/lessons/{self.lesson.slug}"
        self.save_url = f"/attempts/{self.attempt_id}/1"
        self.token = _csrf(self.client.get(self.save_url).get_data(as_text=True))
        self.bare = _Bare(folder / "bare.sqlite3", user_id, self.attempt_id)
        self.bare.html = self.client.get(self.page_url).get_data(as_text=True)

    def _sign_in(self) -> FlaskClient:
        client = self.app.test_client()
        token = _csrf(client.get("/sign-in").get_data(as_text=True))
        client.post("/sign-in", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})
        return client

    def our_page(self, _number: int) -> int:
        return _call(self.app, "GET", self.page_url, _cookie(self.client))

    def bare_page(self, _number: int) -> int:
        return _call(self.bare.app, "GET", "/page", f"sid={self.bare.secret}")

    def our_save(self, number: int) -> int:
        data = {"csrf_token": self.token, "token": uuid.uuid4().hex, "sequence": str(number + BATCH + 1), **self.fields}
        return _call(self.app, "POST", self.save_url, _cookie(self.client), data)

    def bare_save(self, number: int) -> int:
        data = {"token": uuid.uuid4().hex, "sequence": str(number + BATCH + 1), **self.fields}
        return _call(self.bare.app, "POST", "/save", f"sid={self.bare.secret}", data)

    def close(self) -> None:
        """Let go of both databases."""
        self.bare.close()
        self.db.dispose()


def _csrf(html: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    if found is None:
        raise RuntimeError("a page to be measured has no form")
    return found.group(1)


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("parley")
    return f"parley={cookie.value}" if cookie else ""


def _call(app: Flask, method: str, url: str, cookie: str, data: dict[str, Any] | None = None) -> int:
    """One request straight into a WSGI application; returns the status."""
    body = urlencode(data or {}, doseq=True).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": url,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "HTTP_X_REQUESTED_WITH": "fetch",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    status = 0

    def start(line: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
        nonlocal status
        status = int(line.split()[0])
        return lambda _piece: None

    pieces = app.wsgi_app(environ, start)
    for _piece in pieces:
        pass
    if hasattr(pieces, "close"):
        pieces.close()
    return status


class _Bare:
    """A Flask handler without anything, on raw SQLite: the session look-up and the same rows read and written."""

    def __init__(self, path: Path, user_id: int, attempt_id: int) -> None:
        self.html = ""
        self.secret = uuid.uuid4().hex
        self.attempt_id = attempt_id
        self.connection = sqlite.connect(str(path), isolation_level=None)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(
            """
            CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, roles TEXT);
            CREATE TABLE sessions (digest TEXT PRIMARY KEY, user_id INTEGER, expires_at TEXT);
            CREATE TABLE reads (user_id INTEGER, lesson TEXT, at TEXT, PRIMARY KEY (user_id, lesson));
            CREATE TABLE checks (id INTEGER PRIMARY KEY, user_id INTEGER, lesson TEXT, check_id TEXT, answer TEXT);
            CREATE INDEX checks_place ON checks (user_id, lesson, check_id);
            CREATE TABLE places (id INTEGER PRIMARY KEY, attempt_id INTEGER, position INTEGER, user_id INTEGER,
                state TEXT, content TEXT, UNIQUE (attempt_id, position));
            CREATE TABLE responses (id INTEGER PRIMARY KEY, place_id INTEGER, token TEXT UNIQUE, sequence INTEGER,
                answer TEXT, saved_at TEXT, UNIQUE (place_id, sequence));
            """
        )
        later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        self.connection.execute("INSERT INTO users VALUES (?, 'Bench', 'trainee')", (user_id,))
        self.connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest(self.secret), user_id, later))
        self.connection.execute(
            "INSERT INTO places VALUES (1, ?, 1, ?, 'in_progress', ?)", (attempt_id, user_id, "x" * 2_000)
        )
        self.app = Flask("bare", static_folder=None)
        self.app.add_url_rule("/page", view_func=self.page)
        self.app.add_url_rule("/save", view_func=self.save, methods=["POST"])

    def _user(self) -> Any:
        return self.connection.execute(
            "SELECT users.id, name, roles FROM sessions JOIN users ON users.id = user_id"
            " WHERE digest = ? AND expires_at > ?",
            (digest(request.cookies["sid"]), datetime.now(UTC).isoformat()),
        ).fetchone()

    def page(self) -> str:
        """The lesson page as a finished text, after the reads that ours makes."""
        user = self._user()
        self.connection.execute("SELECT at FROM reads WHERE user_id = ? AND lesson = 'one'", (user[0],)).fetchone()
        self.connection.execute(
            "SELECT check_id, answer FROM checks WHERE user_id = ? AND lesson = 'one'", (user[0],)
        ).fetchall()
        return self.html

    def save(self) -> Any:
        """Look up, check, insert, commit."""
        user = self._user()
        self.connection.execute("BEGIN IMMEDIATE")
        place = self.connection.execute(
            "SELECT id, content FROM places WHERE attempt_id = ? AND position = 1 AND user_id = ?"
            " AND state = 'in_progress'",
            (self.attempt_id, user[0]),
        ).fetchone()
        token, sequence = request.form["token"], int(request.form["sequence"])
        repeated = self.connection.execute("SELECT id FROM responses WHERE token = ?", (token,)).fetchone()
        newest = self.connection.execute(
            "SELECT max(sequence) FROM responses WHERE place_id = ?", (place[0],)
        ).fetchone()[0]
        if repeated is None and (newest is None or sequence > newest):
            self.connection.execute(
                "INSERT INTO responses (place_id, token, sequence, answer, saved_at) VALUES (?, ?, ?, ?, ?)",
                (place[0], token, sequence, str(request.form.to_dict(flat=False)), datetime.now(UTC).isoformat()),
            )
        self.connection.execute("COMMIT")
        return jsonify(saved_at=datetime.now(UTC).strftime("%H:%M:%S"))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
