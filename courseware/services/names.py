"""What a person is known by: a name and an address, each in one spelling."""

from __future__ import annotations

import email_validator

from courseware.services.errors import Refused

LONGEST_NAME = 80
LONGEST_EMAIL = 254

# The library's own way to allow names of closed networks (.local, .test): its list is meant to be edited.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


class BadAddress(Refused):
    """It is not an e-mail address."""


class BadName(Refused):
    """A name is empty or too long."""


def clean_address(text: str) -> str:
    """An e-mail address in one spelling. Raises BadAddress.

    Names of closed networks (``.local``, ``.test``, no dot at all) are addresses too: no mail
    is ever sent, an address is what a person is known by.
    """
    try:
        checked = email_validator.validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except ValueError as error:
        raise BadAddress("Enter an e-mail address such as name@example.org.") from error
    if len(checked.normalized) > LONGEST_EMAIL:
        raise BadAddress(f"The e-mail address is longer than {LONGEST_EMAIL} characters.")
    return checked.normalized


def clean_name(text: str) -> str:
    """A person's name with single spaces. Raises BadName."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadName(f"Enter a name of 1 to {LONGEST_NAME} characters.")
    return name
