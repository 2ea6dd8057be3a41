"""Settings: environment variables with COURSEWARE_ before each name, read once into a frozen value."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "COURSEWARE_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
REGISTRATION = ("open", "code", "closed")


class BadSetting(ValueError):
    """A setting is unknown or can't be used; the message names it and says what would be right."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{PREFIX}{name}: {message}")
        self.name = f"{PREFIX}{name}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a place of use may choose. Field names are the variables' names in lower case."""

    database_url: str = "sqlite:///instance/courseware.sqlite3"
    instance_dir: str = "instance"
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    trusted_hosts: tuple[str, ...] = ()
    https: bool = False
    proxies: int = 0
    registration: str = "open"
    registration_code: str = ""
    session_days: int = 14
    course_dir: str = ""
    development: bool = False
    demo: bool = False

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings of the variables whose names begin with COURSEWARE_.

    Raises BadSetting for an unknown name or a value that can't be used.
    """
    known = {field.name.upper(): field for field in fields(Settings)}
    values: dict[str, object] = {}
    for variable, raw in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX)
        if name not in known:
            raise BadSetting(name, f"is not a setting; known: {', '.join(sorted(known))}")
        values[name.lower()] = _value(name, raw.strip(), type(known[name].default))
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was made from its field's own type above
    _check(settings)
    return settings


def _value(name: str, raw: str, kind: type) -> object:
    if kind is bool:
        if raw.lower() in ("1", "true", "yes", "on"):
            return True
        if raw.lower() in ("", "0", "false", "no", "off"):
            return False
        raise BadSetting(name, f"'{raw}' should be true or false")
    if kind is int:
        if not raw.isdecimal():
            raise BadSetting(name, f"'{raw}' should be a whole number")
        return int(raw)
    if kind is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw


def _check(settings: Settings) -> None:
    if not 1 <= settings.port <= 65535:
        raise BadSetting("PORT", f"{settings.port} should lie between 1 and 65535")
    if settings.registration not in REGISTRATION:
        raise BadSetting("REGISTRATION", f"'{settings.registration}' should be one of: {', '.join(REGISTRATION)}")
    if settings.registration == "code" and not settings.registration_code:
        raise BadSetting("REGISTRATION_CODE", "is needed where REGISTRATION is 'code'")
    if not 1 <= settings.session_days <= 365:
        raise BadSetting("SESSION_DAYS", f"{settings.session_days} should lie between 1 and 365")
    if settings.proxies > 5:
        raise BadSetting("PROXIES", f"{settings.proxies} should be at most 5: how many proxies stand before the server")
    if settings.workers > 64:
        raise BadSetting("WORKERS", f"{settings.workers} should be at most 64; 0 chooses by the machine")
    if settings.course_dir and not (Path(settings.course_dir) / "modules").is_dir():
        raise BadSetting("COURSE_DIR", f"'{settings.course_dir}' should be a folder that holds modules/")
    _check_database(settings.database_url)
    _check_exposure(settings)


def _check_database(url: str) -> None:
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise BadSetting("DATABASE_URL", "should be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME")


def _check_exposure(settings: Settings) -> None:
    if settings.secret_key and len(settings.secret_key) < 32:
        raise BadSetting("SECRET_KEY", f"has {len(settings.secret_key)} characters; at least 32 are needed")
    if settings.on_loopback:
        return
    if not settings.secret_key:
        raise BadSetting("SECRET_KEY", f"is needed where HOST is {settings.host}: 32 or more random characters")
    if not settings.trusted_hosts:
        raise BadSetting("TRUSTED_HOSTS", f"is needed where HOST is {settings.host}: the names people reach it by")


def secret_key(settings: Settings) -> str:
    """The signing key: the setting, else one made once and kept in the instance folder (mode 600)."""
    if settings.secret_key:
        return settings.secret_key
    path = Path(settings.instance_dir) / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(48), encoding="ascii")
        # A link appears whole or not at all, and only for the first of several workers that start together.
        with suppress(FileExistsError):
            path.hardlink_to(made)
        made.unlink()
    return path.read_text(encoding="ascii")
