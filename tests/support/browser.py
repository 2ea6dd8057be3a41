"""Finds a Chromium for the journeys; run as a module it installs one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


def find() -> str | None:
    """The path of a browser to drive, or None."""
    named = os.environ.get("PARLEY_TEST_CHROMIUM")
    for candidate in (named, *(shutil.which(name) for name in NAMES), MAC):
        if candidate and Path(candidate).is_file():
            return candidate
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def arguments() -> list[str]:
    """Command line of the browser; a sandbox can't be made as root."""
    return [*ARGUMENTS, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else ARGUMENTS


def install() -> None:
    """Try Playwright's own download, then the system's package."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        before = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempts = [
            [*before, "apt-get", "install", "-y", "-qq", "chromium"],
            [*before, "apt-get", "update", "-qq"],
            [*before, "apt-get", "install", "-y", "-qq", "chromium"],
            *attempts,
        ]
    for command in attempts:
        print("Looking for a browser:", " ".join(command), flush=True)  # noqa: T201 - a command's output
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        if find():
            return


def main() -> int:
    """Make sure there is a browser; with CI=true none is a failure."""
    if find() is None:
        install()
    if (found := find()) is not None:
        print(f"Browser journeys use {found}")  # noqa: T201 - a command's output
        return 0
    print("No browser could be found or installed: the journeys can't run. Install Chromium.")  # noqa: T201
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
