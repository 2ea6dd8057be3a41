"""Settings: each is read, and each bad value stops the start with its name."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from courseware.config import BadSetting, Settings, from_environment, secret_key

KEY = "k" * 32


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("DATABASE_URL", "postgresql+psycopg://u:p@db/parley", "postgresql+psycopg://u:p@db/parley"),
        ("INSTANCE_DIR", "/srv/parley", "/srv/parley"),
        ("SECRET_KEY", KEY, KEY),
        ("HOST", "localhost", "localhost"),
        ("PORT", " 8080 ", 8080),
        ("WORKERS", "3", 3),
        ("TRUSTED_HOSTS", "parley.example, 10.0.0.7 ,", ("parley.example", "10.0.0.7")),
        ("HTTPS", "yes", True),
        ("REGISTRATION", "closed", "closed"),
        ("REGISTRATION_CODE", "orchid", "orchid"),
        ("SESSION_DAYS", "30", 30),
        ("DEVELOPMENT", "1", True),
        ("DEMO", "on", True),
    ],
)
def test_each_setting_is_read(name: str, raw: str, value: object) -> None:
    settings = from_environment({f"COURSEWARE_{name}": raw, "PATH": "/bin", "COURSEWARESQUE": "x"})
    assert getattr(settings, name.lower()) == value
    others = {field.name for field in fields(Settings)} - {name.lower()}
    assert {each: getattr(settings, each) for each in others} == {each: getattr(Settings(), each) for each in others}


def test_the_course_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    assert from_environment({"COURSEWARE_COURSE_DIR": str(tmp_path)}).course_dir == str(tmp_path)


@pytest.mark.parametrize(("raw", "value"), [("True", True), ("0", False), ("no", False), ("off", False), ("", False)])
def test_truth_values(raw: str, value: bool) -> None:
    assert from_environment({"COURSEWARE_HTTPS": raw}).https is value


def test_nothing_set_is_the_defaults() -> None:
    assert from_environment({}) == Settings()


BAD = [
    ("COLOUR", "red", "is not a setting; known: COURSE_DIR, DATABASE_URL, "),
    ("DATABSE_URL", "sqlite:///x", "is not a setting"),
    ("PORT", "http", "'http' should be a whole number"),
    ("PORT", "", "'' should be a whole number"),
    ("PORT", "-1", "'-1' should be a whole number"),
    ("PORT", "0", "0 should lie between 1 and 65535"),
    ("PORT", "65536", "65536 should lie between 1 and 65535"),
    ("WORKERS", "65", "65 should be at most 64"),
    ("WORKERS", "two", "'two' should be a whole number"),
    ("SESSION_DAYS", "0", "0 should lie between 1 and 365"),
    ("SESSION_DAYS", "366", "366 should lie between 1 and 365"),
    ("HTTPS", "maybe", "'maybe' should be true or false"),
    ("DEVELOPMENT", "2", "'2' should be true or false"),
    ("DEMO", "sure", "'sure' should be true or false"),
    ("REGISTRATION", "invited", "'invited' should be one of: open, code, closed"),
    ("SECRET_KEY", "k" * 31, "has 31 characters; at least 32 are needed"),
    ("COURSE_DIR", "/nowhere/at/all", "'/nowhere/at/all' should be a folder that holds modules/"),
    ("DATABASE_URL", "", "should be sqlite:///PATH or postgresql+psycopg://"),
    ("DATABASE_URL", "records.sqlite3", "should be sqlite:///PATH or postgresql+psycopg://"),
    ("DATABASE_URL", "mysql://u@h/x", "should be sqlite:///PATH or postgresql+psycopg://"),
    ("DATABASE_URL", "postgresql+psycopg://u@h:port/x", "should be sqlite:///PATH or postgresql+psycopg://"),
]


@pytest.mark.parametrize(("name", "raw", "message"), BAD)
def test_a_bad_value_names_its_setting(name: str, raw: str, message: str) -> None:
    with pytest.raises(BadSetting) as refused:
        from_environment({"COURSEWARE_DEMO": "false", f"COURSEWARE_{name}": raw})
    assert str(refused.value).startswith(f"COURSEWARE_{name}: {message}")
    assert refused.value.name == f"COURSEWARE_{name}"


def test_registration_by_code_needs_the_code() -> None:
    with pytest.raises(BadSetting, match="COURSEWARE_REGISTRATION_CODE: is needed where REGISTRATION is 'code'"):
        from_environment({"COURSEWARE_REGISTRATION": "code"})
    both = {"COURSEWARE_REGISTRATION": "code", "COURSEWARE_REGISTRATION_CODE": "orchid"}
    assert from_environment(both).registration == "code"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_nothing_more_is_needed(host: str) -> None:
    assert from_environment({"COURSEWARE_HOST": host}).on_loopback


ELSEWHERE = ["0.0.0.0", "::", "192.0.2.1", "parley.example", "127.0.0.1.example", ""]  # noqa: S104 - nothing is bound


@pytest.mark.parametrize("host", ELSEWHERE)
def test_off_loopback_a_key_and_the_trusted_hosts_are_needed(host: str) -> None:
    environment = {"COURSEWARE_HOST": host}
    with pytest.raises(BadSetting, match="COURSEWARE_SECRET_KEY: is needed where HOST is"):
        from_environment(environment)
    environment["COURSEWARE_SECRET_KEY"] = KEY
    for empty in ({}, {"COURSEWARE_TRUSTED_HOSTS": " , "}):
        with pytest.raises(BadSetting, match="COURSEWARE_TRUSTED_HOSTS: is needed where HOST is"):
            from_environment(environment | empty)
    assert not from_environment(environment | {"COURSEWARE_TRUSTED_HOSTS": "parley.example"}).on_loopback


def test_the_key_that_was_set_is_used_and_none_is_made(tmp_path: Path) -> None:
    assert secret_key(Settings(instance_dir=str(tmp_path), secret_key=KEY)) == KEY
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(instance_dir=str(tmp_path / "new" / "instance"))
    made = secret_key(settings)
    (path,) = Path(settings.instance_dir).iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("secret_key", 0o600)
    assert len(made) >= 64
    assert secret_key(settings) == made
    assert secret_key(Settings(instance_dir=str(tmp_path / "other"))) != made


def test_workers_that_start_together_share_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have made a key of their own before any of them puts it in its place."""
    together = threading.Barrier(8)
    write_text = Path.write_text

    def write_together(path: Path, *given: object, **more: object) -> int:
        together.wait(20)
        return write_text(path, *given, **more)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(Path, "write_text", write_together)
    settings = Settings(instance_dir=str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: secret_key(settings), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
