"""Every table in one place: import this where the whole schema is meant."""

from __future__ import annotations

from courseware.storage import accounts, attempts, bank, practice
from courseware.storage.base import Base

__all__ = ["Base", "accounts", "attempts", "bank", "practice"]
