"""Postgres never runs as root, and never widens a directory that somebody else made.

As root it runs as the owner of its data, else as ``nobody``; a place that such a user cannot enter (``/root``, pytest's
private temporary directory) is exchanged for one that it can, instead of opening the parents to everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT_STORE = Path("/var/lib/auspex")
"""Where root keeps what an unprivileged server must reach and cannot reach in the checkout."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """State the account that a server process runs under; uid and gid are None when it is our own."""

    uid: int | None
    gid: int | None

    @property
    def extra_groups(self) -> list[int] | None:
        """Return the groups to keep beside the first: none for another account, our own unchanged."""
        return None if self.uid is None else []

    def owns(self, path: Path) -> None:
        """Give a file or directory to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, directory: Path) -> bool:
        """Tell whether this account may pass through every directory down to this one (mode bits only)."""
        if self.uid is None:
            return True
        absolute = directory.resolve()
        return all(self._may_search(step.stat()) for step in (absolute, *absolute.parents) if step.exists())

    def _may_search(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_user(data: Path) -> ServerUser:
    """Choose who runs the server: ourselves, or as root the owner of existing data, else ``nobody``."""
    if os.geteuid() != 0:
        return ServerUser(uid=None, gid=None)
    if data.exists() and data.stat().st_uid != 0:
        return ServerUser(uid=data.stat().st_uid, gid=data.stat().st_gid)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(uid=nobody.pw_uid, gid=nobody.pw_gid)


def make_private(directory: Path, user: ServerUser) -> None:
    """Create a directory for us alone; where another account runs the server, its group may pass through but not list.

    The mode of a directory that exists stays as it is.
    """
    try:
        directory.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        return
    if user.gid is not None:
        os.chown(directory, -1, user.gid)
        directory.chmod(0o710)


def root_store() -> Path:
    """Return root's own store, made on first use and passable by everybody."""
    if ROOT_STORE.is_symlink():
        raise PermissionError(f"{ROOT_STORE} is a symbolic link; remove it")
    ROOT_STORE.mkdir(parents=True, exist_ok=True, mode=0o755)
    status = ROOT_STORE.stat()
    if status.st_uid != 0 or status.st_mode & (stat.S_IWOTH | stat.S_IWGRP):
        raise PermissionError(f"{ROOT_STORE} must belong to root and be writable by root alone")
    return ROOT_STORE


def reachable_copy(sources: dict[str, Path], *, name: str, user: ServerUser) -> Path:
    """Copy directories under a place that this account can enter, once per name, and return that place.

    ``sources`` maps the path inside the copy to the directory copied there.
    """
    destination = root_store() / name
    if not destination.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=root_store()))
        unfinished.chmod(0o755)
        for inside, source in sources.items():
            shutil.copytree(source, unfinished / inside, symlinks=True)
        try:
            unfinished.rename(destination)
        except OSError:  # another process finished the same copy first
            shutil.rmtree(unfinished)
    if not user.can_enter(destination):
        raise PermissionError(f"the account {user.uid} cannot enter {destination}")
    return destination
