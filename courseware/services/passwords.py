"""Passwords: how they are kept, and which are refused.

Argon2id with 19 MiB, two passes and one lane, at most two at a time in one process: a hundred
sign-ins at once must not take the memory that the course is served from.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 10
LONGEST = 200

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)

_WORDS = """
    abcdef access account administrator admin america apple arsenal asdf asdfgh asdfghjk asdfghjkl baseball basketball
    batman butterfly changeme charlie cheese chelsea chocolate computer courseware default diplomacy diplomat dragon
    drowssap everton flower football freedom guest hello hockey iloveyou instructor internet jordan killer letmein
    liverpool login london lovely loveme manchester master mediation mediator michael military monday monkey mustang
    negotiation ninja officer parley passw0rd passphrase passwd password peace peacekeeper peacekeeping pokemon
    princess private qazwsx qazwsxedc qwer qwert qwerty qwertyu qwertyui qwertyuiop secret secrets security shadow
    soldier soccer spring starwars student summer sunday sunshine superman superuser system temp temporary test tester
    testing thunder tigger trainee trainer training trustno trustnoone unitednations user username welcome whatever
    winter winner yankees zaq1zaq1 zxcv zxcvbn zxcvbnm
"""

COMMON_WORDS = frozenset(_WORDS.split())
"""Words that stand first in every list of guessed passwords, and those that suggest themselves here."""

_ROWS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_LEET = str.maketrans("013457$@!", "oleastsai")
_SMALL_WORDS = re.compile(r"^(?:my|the|new|our|your|its|is|i|a)+")


class PasswordFault(Enum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    ADDRESS = "address"


def normalised(password: str) -> str:
    """The password as it is hashed: NFKC, so that two keyboards that write one letter differently agree."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, email: str = "") -> PasswordFault | None:
    """Why this (normalised) password is refused for the owner of this address; None where it may be used."""
    if len(password) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordFault.TOO_LONG
    if _is_common(password.casefold()):
        return PasswordFault.COMMON
    if email and _is_address(password.casefold(), email.casefold()):
        return PasswordFault.ADDRESS
    return None


def hash_password(password: str) -> str:
    """The Argon2id hash of a normalised password."""
    with _TURNS:
        return _HASHER.hash(password)


def verify_password(password: str, hashed: str | None) -> bool:
    """Whether a normalised password is the one that was hashed."""
    if not hashed:
        return False
    with _TURNS:
        try:
            return _HASHER.verify(hashed, password)
        except (Argon2Error, InvalidHashError):
            return False


def needs_rehash(hashed: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(hashed)


def _is_common(folded: str) -> bool:
    """Whether it is one short piece repeated, a run along the keyboard, or a common word with ornaments."""
    squeezed = re.sub(r"[\s._\-]+", "", folded)
    if len(set(squeezed)) < 4 or _repeated(squeezed):
        return True
    if any(squeezed in row or squeezed in row[::-1] for row in _ROWS):
        return True
    plain = squeezed.strip("0123456789!?#*+$@&%=().,;:")
    stems = {plain, plain.translate(_LEET), squeezed.translate(_LEET).strip("!?")}
    stems |= {_SMALL_WORDS.sub("", stem) for stem in stems}
    return not plain or any(stem in COMMON_WORDS or _two_common(stem) for stem in stems)


def _repeated(text: str) -> bool:
    """Whether the text is one piece over and over, as in ``abcabcabc``."""
    return text in (text + text)[1:-1]


def _two_common(stem: str) -> bool:
    return any(stem[:cut] in COMMON_WORDS and stem[cut:] in COMMON_WORDS for cut in range(3, len(stem) - 2))


def _is_address(folded: str, email: str) -> bool:
    local = email.partition("@")[0]
    return email in folded or (len(local) >= 4 and local in folded and len(folded) - len(local) < 8)
