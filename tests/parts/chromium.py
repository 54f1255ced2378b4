"""Chromium: the machine's own, driven by Playwright; installed from Debian's package when root."""

import os
import shutil
import subprocess

from playwright.sync_api import Browser, Error, Playwright

from tests.parts import MissingPart

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "install it (Debian: apt-get install chromium), or name one by CHROMIUM=/path/to/chromium"
# It asks nothing of the network but what the tests ask of it.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-features=OptimizationHints,MediaRouter,Translate,DialMediaRouteProvider",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
]


def launch(playwright: Playwright) -> Browser:
    """A headless browser; raises MissingPart."""
    program = find_program()
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]
    # A container may forbid the sandbox to an unprivileged user too.
    for extra in (sandboxed, ["--no-sandbox"]):
        try:
            return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *extra])
        except Error as error:
            reason = error
    raise MissingPart(f"Chromium: {program} does not start ({str(reason)[:600]}); {HOW}")


def find_program() -> str:
    """A Chromium's path; raises MissingPart."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if found := _on_path():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if found := _on_path():
        return found
    raise MissingPart(f"Chromium: none of {', '.join(NAMES)} is on PATH; {HOW}")


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _install() -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=env, stdin=subprocess.DEVNULL, check=False)
