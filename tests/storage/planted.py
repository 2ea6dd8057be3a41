"""Migrations that are not ours, put behind the shipped ones in a folder of the test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from courseware.content.loader import course_folder

SHIPPED = course_folder() / "migrations"

TEMPLATE = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade():
{body}


def downgrade():
    pass
"""


def plant(folder: Path, body: str, *, revision: str = "planted") -> Path:
    """A copy of the shipped migrations in ``folder`` with one more at the end; ``body`` is its upgrade."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(path.name for path in (folder / "versions").glob("*.py"))[-1][:4]
    text = TEMPLATE.format(revision=revision, before=before, body=body)
    (folder / "versions" / "9999_planted.py").write_text(text, encoding="utf-8")
    return folder
