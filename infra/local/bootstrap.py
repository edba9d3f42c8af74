"""Install what the checkout needs, then run a command of the stack: ``python3 infra/local/bootstrap.py up``.

Standard library only, for it runs before anything is installed: a virtual environment in ``.venv`` from the hashed
lock, the model files in ``.auspex/model``. When nothing changed since the last time it takes milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = REPOSITORY / "infra" / "local"
ENVIRONMENT = REPOSITORY / ".venv"
STATE = REPOSITORY / ".auspex"
LOG = STATE / "logs" / "install.log"
MARK = ENVIRONMENT / ".auspex-installed"
MODEL_FILES = ("model.onnx", "tokenizer.json")
SUPPORTED = ("3.11", "3.12", "3.13")
INSTALL_TIMEOUT_SECONDS = 1800


class InstallError(Exception):
    """Installation failed; the text is written for the person at the terminal."""


def main() -> int:
    """Install, then become the stack's command when one is given."""
    started_at = time.time()
    arguments = sys.argv[1:] or ["install"]
    try:
        install()
    except InstallError as error:
        print(f"failed\n\nstep install failed: {error}", file=sys.stderr)
        return 1
    if arguments[0] != "install":
        _become_command(arguments, started_at)
    return 0


def _become_command(arguments: list[str], started_at: float) -> NoReturn:
    os.environ["AUSPEX_STARTED_AT"] = str(started_at)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY / "layers" / "auspex"), str(REPOSITORY)])
    os.chdir(REPOSITORY)
    python = str(ENVIRONMENT / "bin" / "python")
    os.execv(python, [python, "-m", "infra.local.cli", *arguments])  # noqa: S606 - no shell wanted


def install() -> None:
    """Bring environment and model files to what the lock says. Raises InstallError."""
    _make_state()
    wanted = _lock_digest()
    if _installed() == wanted and all((STATE / "model" / name).exists() for name in MODEL_FILES):
        return
    started = time.perf_counter()
    print("  install      … ", end="", file=sys.stderr, flush=True)
    LOG.write_bytes(b"")
    if _installed() != wanted:
        MARK.unlink(missing_ok=True)
        _make_environment()
        _synchronise()
        MARK.write_text(wanted, encoding="utf-8")
    _run([str(ENVIRONMENT / "bin" / "python"), str(HERE / "model.py"), str(STATE / "model")], what="fetching the model")
    print(f"{time.perf_counter() - started:.1f} s", file=sys.stderr, flush=True)


def _make_state() -> None:
    """Create the state directory for us alone; for root also passable by the account that will run Postgres."""
    if not STATE.exists():
        STATE.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(STATE, -1, pwd.getpwnam("nobody").pw_gid)
            STATE.chmod(0o710)
    (STATE / "logs").mkdir(exist_ok=True, mode=0o700)


def _lock_digest() -> str:
    files = [HERE / "requirements.txt", HERE / "uv.txt"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _installed() -> str:
    """Return the digest of the installed lock; empty when the environment is not usable."""
    if not MARK.exists() or not (ENVIRONMENT / "bin" / "python").exists():
        return ""
    return MARK.read_text(encoding="utf-8")


def _make_environment() -> None:
    """Create ``.venv`` unless it has a supported Python that runs."""
    python = ENVIRONMENT / "bin" / "python"
    if python.exists() and _version_of(str(python)) in SUPPORTED:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    chosen, pip = _choose_python()
    _run([chosen, "-m", "venv", *([] if pip else ["--without-pip"]), str(ENVIRONMENT)], what="creating .venv")
    if not pip:
        _install_uv([chosen, "-m", "pip", "--python", str(python)])


def _choose_python() -> tuple[str, bool]:
    """Return an interpreter that the lock supports, and whether it can give a new environment a pip of its own.

    First comes what ``PYTHON`` names, then the version that the stack is tested on. Debian splits the part that brings
    pip off into a package; an interpreter without it serves when it has a pip itself.
    """
    names = [os.environ.get("PYTHON", ""), f"python{SUPPORTED[0]}", sys.executable]
    names += [f"python{version}" for version in SUPPORTED[1:]]
    paths = [path for path in map(shutil.which, filter(None, names)) if path and _version_of(path) in SUPPORTED]
    for path in paths:
        if _has_module(path, "ensurepip"):
            return path, True
    for path in paths:
        if _has_module(path, "venv") and _has_module(path, "pip"):
            return path, False
    if paths:
        raise InstallError(f"{paths[0]} has no ensurepip\nremedy: apt-get install python3-venv, then repeat")
    found = f"no Python {SUPPORTED[0]} to {SUPPORTED[-1]} found"
    raise InstallError(f"{found}\nremedy: install one, or name it: make up PYTHON=/path/to/python3.11")


def _version_of(python: str) -> str:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _has_module(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _install_uv(pip: list[str]) -> None:
    options = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run([*pip, *options, "-r", str(HERE / "uv.txt")], what="installing uv")


def _synchronise() -> None:
    """Install the pinned uv with pip, and with it exactly what the lock names, every file checked by its hash."""
    python = str(ENVIRONMENT / "bin" / "python")
    if _has_module(python, "pip"):
        _install_uv([python, "-m", "pip"])
    uv = [str(ENVIRONMENT / "bin" / "uv"), "pip", "sync", "--python", python, "--require-hashes"]
    _run([*uv, str(HERE / "requirements.txt")], what="installing packages", environment=_uv_environment())


def _uv_environment() -> dict[str, str]:
    """Pass pip's settings on to uv, which does not read them: index and certificate."""
    environment = dict(os.environ)
    python = str(ENVIRONMENT / "bin" / "python")
    command = [python if _has_module(python, "pip") else _choose_python()[0], "-m", "pip", "config", "list"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for line in shown.splitlines():
        name, _, value = line.partition("=")
        variable = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}.get(name.rpartition(".")[2])
        if variable is not None:
            environment.setdefault(variable, value.strip("'\""))
    return environment


def _run(
    command: list[str],
    *,
    what: str,
    remedy: str = "check the network and the package index, then repeat; make reset is not needed",
    environment: dict[str, str] | None = None,
) -> None:
    with LOG.open("ab") as log:
        log.write((" ".join(command) + "\n").encode())
        log.flush()
        try:
            done = subprocess.run(
                command, stdout=log, stderr=log, env=environment, check=False, timeout=INSTALL_TIMEOUT_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InstallError(f"{what}: {error}\nlog: {LOG}\nremedy: {remedy}") from error
    if done.returncode != 0:
        tail = "\n".join(f"  | {line}" for line in LOG.read_text(errors="replace").splitlines()[-15:])
        raise InstallError(f"{what} ended with status {done.returncode}\nlog: {LOG}\n{tail}\nremedy: {remedy}")


if __name__ == "__main__":
    sys.exit(main())
