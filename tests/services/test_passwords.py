"""Which passwords are refused, and how they are kept."""

from __future__ import annotations

import pytest

from courseware.services import passwords
from courseware.services.passwords import PasswordFault


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short-one", PasswordFault.TOO_SHORT),
        ("x9" * 101, PasswordFault.TOO_LONG),
        ("password123", PasswordFault.COMMON),
        ("P@ssw0rd2026!", PasswordFault.COMMON),
        ("1234567890", PasswordFault.COMMON),
        ("qwertyuiop", PasswordFault.COMMON),
        ("abcabcabcabc", PasswordFault.COMMON),
        ("letmein letmein", PasswordFault.COMMON),
        ("maria.lopez@example.org", PasswordFault.ADDRESS),
        ("maria.lopez77", PasswordFault.ADDRESS),
        ("winter in Geneva 41", None),
        ("correct horse battery", None),
        ("alllowercaseletters", None),
    ],
)
def test_which_passwords_are_refused(password: str, fault: PasswordFault | None) -> None:
    assert passwords.password_fault(password, "maria.lopez@example.org") is fault


def test_the_hash_is_argon2id_with_the_measured_cost() -> None:
    hashed = passwords.hash_password("winter in Geneva")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password("winter in Geneva", hashed)
    assert not passwords.verify_password("summer in Geneva", hashed)
    assert not passwords.needs_rehash(hashed)


@pytest.mark.parametrize("hashed", [None, "", "not a hash", "$argon2id$broken"])
def test_no_password_fits_a_hash_that_is_none(hashed: str | None) -> None:
    assert not passwords.verify_password("", hashed)


def test_two_keyboards_that_write_one_letter_differently_agree() -> None:
    assert passwords.normalised("cafe\u0301 ﬁne") == passwords.normalised("café fine")
