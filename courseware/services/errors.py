"""What a service refuses, in words for the person who asked."""

from __future__ import annotations


class Refused(ValueError):
    """Asked for something that can't be done; the message says why and what can."""


class NotFound(Refused):
    """There is nothing of that name, or it is not this person's to see: the two are not told apart."""


class Conflict(Refused):
    """Somebody else, or another window, changed it first; nothing was overwritten."""
