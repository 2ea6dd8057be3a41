"""The command ``courseware``: parses, opens the transaction, calls one service, says what happened."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import IO

import click
from sqlalchemy.exc import SQLAlchemyError

from courseware import __version__, bench, running
from courseware.app import create_app, folder_of, utc_now
from courseware.config import BadSetting, Settings, from_environment
from courseware.content import bank_files
from courseware.content.checking import check as check_course
from courseware.content.loader import BrokenCourse, Loaded, course_folder, load_sound
from courseware.domain.items.base import Item
from courseware.formats import csv, json_rows, xlsx
from courseware.services import accounts, bank, bank_import, exports, simulation
from courseware.services.errors import Refused
from courseware.services.passwords import PasswordFault, hash_password, normalised, password_fault
from courseware.storage import migrations
from courseware.storage.backup import BackupRefused
from courseware.storage.backup import backup as take_backup
from courseware.storage.backup import restore as put_back
from courseware.storage.database import Database, UnsafeLibrary
from courseware.web.signing_in import make_reset_link

EXPECTED = (
    BadSetting, BrokenCourse, UnsafeLibrary, Refused, BackupRefused, migrations.NewerDatabase,
    migrations.BrokenReferences, running.PortTaken, xlsx.TooManyRows, OSError,
)  # fmt: skip

PASSWORD_FAULTS = {
    PasswordFault.TOO_SHORT: "the password is too short: at least 10 characters are needed",
    PasswordFault.TOO_LONG: "the password is too long: at most 200 characters are taken",
    PasswordFault.COMMON: "the password is among the first that anybody would try; choose another",
    PasswordFault.ADDRESS: "the password is made from the address; choose another",
}


def main() -> None:
    """Run the command; what went wrong is one clear message, never a stack trace."""
    try:
        cli(standalone_mode=True)
    except EXPECTED as error:
        _fail(str(error))
    except SQLAlchemyError as error:
        _fail(f"the database did not do it: {str(error).splitlines()[0]}")


def _fail(message: str) -> None:
    click.echo(f"courseware: {message}", err=True)
    sys.exit(1)


@click.group()
@click.version_option(__version__, prog_name="courseware")
def cli() -> None:
    """Parley: courseware on military diplomacy and peace negotiation."""


def _settings() -> Settings:
    return from_environment(os.environ)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database, migrated. Which one is said on standard error: the default depends on the folder one is in."""
    db = Database(settings.database_url)
    if db.path is not None:
        new = "" if db.path.exists() else " (new)"
        click.echo(f"Records: {db.path.resolve()}{new}", err=True)
    try:
        migrations.upgrade(db, course_folder() / "migrations")
        yield db
    finally:
        db.dispose()


def _course(settings: Settings) -> Loaded:
    return load_sound(folder_of(settings))


def _address(settings: Settings) -> str:
    """Where links lead: as the settings say, else to where the course was last served from this instance folder."""
    told = any(f"COURSEWARE_{name}" in os.environ for name in ("HOST", "PORT", "TRUSTED_HOSTS"))
    return running.address(settings) if told else running.last_address(settings) or running.address(settings)


@cli.command()
@click.option("--host", help="The address to listen on (COURSEWARE_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (COURSEWARE_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Migrate, load the bank and serve the course."""
    environment = dict(os.environ)
    if host:
        environment["COURSEWARE_HOST"] = host
    if port:
        environment["COURSEWARE_PORT"] = str(port)
    settings = from_environment(environment)
    running.require_free_port(settings)
    loaded = _course(settings)
    with _database(settings) as db:
        ready = running.make_ready(db, loaded, course_folder() / "migrations", now=utc_now())
    running.keep_address(settings)
    _say_ready(settings, ready)
    running.serve(settings, click.echo)


def _say_ready(settings: Settings, ready: running.Ready) -> None:
    report = ready.report
    if report.new or report.updated:
        click.echo(
            f"Question bank: {len(report.new)} new, {len(report.updated)} updated, {report.unchanged} unchanged."
        )
    for item_id in report.conflicts:
        click.echo(f"Question bank: '{item_id}' was changed in the files and here; it was left as it is here.")
    click.echo(f"Parley is at {running.address(settings)}")
    if ready.setup_secret:
        click.echo("Open this link once to become its instructor and administrator:")
        click.echo(f"  {running.address(settings)}/setup/{ready.setup_secret}")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts and problems as one JSON object.")
def check(as_json: bool) -> None:
    """Validate modules and bank; exit 1 with file:line: message for each fault."""
    checked = check_course(folder_of(_settings()))
    problems = checked.problems
    if as_json:
        told = [{"file": each.file, "line": each.line, "message": each.message} for each in problems]
        click.echo(json.dumps({**checked.counts, "problems": told}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem))
        counts = checked.counts
        click.echo(
            f"{counts['modules']} modules, {counts['lessons']} lessons, {counts['words']} words, "
            f"{counts['items_total']} items, {counts['drills']} drills: {len(problems) or 'no'} problems"
        )
    sys.exit(1 if problems else 0)


@cli.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["trainee", "instructor", "admin"]), required=True)
@click.option("--name", default="", help="The person's name; the link's page asks for it too.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; no link is printed.")
def user_add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Make an account and print a one-time link for its first sign-in."""
    settings = _settings()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if password is not None and (fault := password_fault(normalised(password), email)) is not None:
        raise Refused(PASSWORD_FAULTS[fault])
    shown = name or email.split("@")[0]
    hashed = hash_password(normalised(password)) if password is not None else None
    with _database(settings) as db, db.write() as session:
        invited = accounts.make_invitation(session, email, shown, role, now=utc_now())
        if hashed is not None:
            accounts.accept_invitation(session, invited.secret, shown, hashed, now=utc_now())
    if hashed is not None:
        click.echo(f"{invited.email} can sign in as {role}.")
        return
    click.echo(f"One-time link for {invited.email} ({role}), good until {invited.expires_at:%Y-%m-%d}:")
    click.echo(f"  {_address(settings)}/invitation/{invited.secret}")


@user.command("reset")
@click.argument("email")
def user_reset(email: str) -> None:
    """Print a one-time link on which a person chooses a new password."""
    settings = _settings()
    with _database(settings) as db:
        with db.read() as session:
            account = accounts.find_account(session, email)
        app = create_app(settings, db=db, loaded=_course(settings))
        with app.test_request_context(base_url=_address(settings)):
            link = make_reset_link(account.id)
    click.echo(f"One-time link for {account.email} to choose a new password, good for 3 days:")
    click.echo(f"  {link}")


@user.command("setup-link")
def user_setup_link() -> None:
    """Print a new link that makes its first visitor instructor and administrator (while there is none)."""
    settings = _settings()
    with _database(settings) as db, db.write() as session:
        secret = accounts.make_setup_link(session, now=utc_now())
    click.echo(f"{_address(settings)}/setup/{secret}")


@cli.group("bank")
def bank_group() -> None:
    """The question bank."""


BANK_FORMATS = click.Choice(["yaml"])


@bank_group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_", type=BANK_FORMATS, default="yaml", show_default=True)
@click.option("--module", help="The module the items belong to; else the name of the file's folder.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; keep nothing.")
def bank_import_command(files: Sequence[Path], format_: str, module: str | None, dry_run: bool) -> None:
    """Import items from files: all that are sound, or with --dry-run none."""
    settings = _settings()
    loaded = _course(settings)
    refused = 0
    with _database(settings) as db, db.write() as session:
        for file in files:
            slug = module or file.resolve().parent.name
            read = bank_files.read_file(file.resolve(), loaded.course, slug)
            for problem in read.problems:
                click.echo(f"refused    {problem}")
            refused += len(read.problems)
            planned = bank_import.plan(session, [(slug, item) for item in read.items])
            for each in planned:
                click.echo(f"{each.action:<10} {each.item.head.id}")
            if not dry_run:
                reason = f"Imported from {file.name}"
                bank_import.carry_out(session, planned, author_id=None, reason=reason, now=utc_now())
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    sys.exit(1 if refused else 0)


@bank_group.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=BANK_FORMATS, default="yaml", show_default=True)
def bank_export(path: Path, format_: str) -> None:
    """Write every item into the folder PATH: shipped ones into the files they came from, others into written.yaml."""
    settings = _settings()
    shipped = _course(settings).bank
    home = {each.item.head.id: Path(each.file).name for each in shipped}
    place = {each.item.head.id: number for number, each in enumerate(shipped)}
    files: dict[Path, list[Item]] = {}
    with _database(settings) as db, db.read() as session:
        for slug, item in bank.all_items(session):
            files.setdefault(path / slug / home.get(item.head.id, "written.yaml"), []).append(item)
    for file, items in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        items.sort(key=lambda item: place.get(item.head.id, len(place)))
        file.write_text(bank_files.dump(items), encoding="utf-8")
        click.echo(f"{file}: {len(items)} items")


@cli.group("export")
def export_group() -> None:
    """Take scores and responses away."""


def _export_options(command: Callable[..., None]) -> Callable[..., None]:
    formats = click.Choice(["csv", "xlsx", "json"])
    command = click.option("-o", "output", required=True, help="The file to write; - is standard output.")(command)
    return click.option("--format", "format_", type=formats, default="csv", show_default=True)(command)


@export_group.command("scores")
@_export_options
@click.option("--best", is_flag=True, help="Only the best attempt of each trainee at each assessment.")
def export_scores(format_: str, output: str, best: bool) -> None:
    """One row a trainee and assessment: every attempt, or the best."""
    settings = _settings()
    course = _course(settings).course
    with _database(settings) as db, db.read() as session:
        _write_table("scores", exports.scores(session, course, best_only=best), format_, output)


@export_group.command("responses")
@_export_options
def export_responses(format_: str, output: str) -> None:
    """One row a response: trainee, item, version, answer, mark."""
    settings = _settings()
    with _database(settings) as db, db.read() as session:
        _write_table("responses", exports.responses(session), format_, output)


def _write_table(name: str, table: exports.Table, format_: str, output: str) -> None:
    columns, rows = table
    partial = Path(f"{output}.partial")
    try:
        with nullcontext(sys.stdout.buffer) if output == "-" else partial.open("wb") as file:
            _write_rows(file, name, columns, rows, format_)
        if output != "-":
            partial.replace(output)
            click.echo(f"{output} was written.", err=True)
    finally:
        if output != "-":
            partial.unlink(missing_ok=True)


def _write_rows(
    file: IO[bytes], name: str, columns: Sequence[str], rows: Iterable[Sequence[csv.Cell]], format_: str
) -> None:
    if format_ == "xlsx":
        # A spreadsheet is a ZIP archive, which is written back and forth: standard output can't be.
        with tempfile.TemporaryFile() as whole:
            xlsx.write(whole, name, columns, rows)
            whole.seek(0)
            shutil.copyfileobj(whole, file)
        return
    writer = csv.write if format_ == "csv" else json_rows.write
    try:
        for piece in writer(columns, rows):
            file.write(piece.encode())
    except BrokenPipeError:
        # Whoever read standard output has enough, such as `head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@cli.command("simulate")
@click.option("--trainees", type=click.IntRange(1, 5_000), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--once", is_flag=True, help="Do nothing where there are simulated trainees already.")
@click.option("-o", "truth_file", type=click.Path(path_type=Path), help="Write the abilities and difficulties as JSON.")
def simulate_command(trainees: int, seed: int, once: bool, truth_file: Path | None) -> None:
    """Add a cohort of known abilities; its accounts are marked as simulated and nobody can sign in with them."""
    settings = _settings()
    loaded = _course(settings)
    with _database(settings) as db:
        running.load_bank(db, loaded, course_folder() / "migrations", now=utc_now())
        with db.write() as session:
            if once and simulation.simulated(session):
                return
            click.echo(f"Simulating {trainees} trainees ...")
            truth = simulation.simulate(session, loaded.course, trainees=trainees, seed=seed, now=utc_now())
    if truth_file is not None:
        told = {"abilities": dict(truth.abilities), "difficulties": dict(truth.difficulties)}
        truth_file.write_text(json.dumps(told, indent=1), encoding="utf-8")
    click.echo(f"{trainees} simulated trainees were added.")


@cli.command("bench")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def bench_command(as_json: bool) -> None:
    """Measure our pages against a bare handler doing the same reads and writes, in one run."""
    settings = _settings()
    found = bench.run(_course(settings), course_folder() / "migrations")
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
        return
    for each in found:
        low, high = each.ratio_spread
        click.echo(f"{each.name}: {each.ratio:.2f} of the bare handler (quartiles {low:.2f} to {high:.2f})")
        verdict = "met" if each.ratio >= each.goal else "missed"
        click.echo(f"  goal {each.goal:.2f} {verdict}; ours {_told(each.ours)}; bare {_told(each.bare)}")


def _told(side: bench.Measured) -> str:
    low, high = side.spread
    return f"{side.per_second:.0f} requests/s ({low:.0f} to {high:.0f}), {side.cpu_ms:.2f} ms CPU each"


@cli.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """Copy the learners' records to FILE while the course runs, and verify the copy."""
    db = Database(_settings().database_url)
    size = take_backup(db, file)
    click.echo(f"{file}: {size} bytes, verified.")


@cli.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore_command(file: Path) -> None:
    """Put a backup in the database's place; what it replaces is kept beside it."""
    settings = _settings()
    db = Database(settings.database_url)
    kept = put_back(db, file, course_folder() / "migrations", now=utc_now())
    click.echo(f"{file} was restored." + (f" What it replaced is kept as {kept}." if kept else ""))
