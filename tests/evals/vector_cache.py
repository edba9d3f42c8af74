"""Vectors kept between runs under `.auspex/cache`, by (model sha256, text sha256): embedding a corpus takes minutes."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auspex.filings.index.embed import BATCH_TEXTS, DIMENSIONS, Embedder

CACHE = Path(__file__).resolve().parents[2] / ".auspex" / "cache"
RECORD = np.dtype([("key", np.uint8, 32), ("vector", np.float32, DIMENSIONS)])


class CachedEmbedder:
    """An embedder that remembers; one file a model, a record a text, appended batch by batch."""

    def __init__(self, embedder: Embedder, cache: Path = CACHE) -> None:
        self.embedder = embedder
        cache.mkdir(parents=True, exist_ok=True)
        self._file = cache / f"vectors-{embedder.model_sha256[:16]}.bin"
        self._vectors: dict[bytes, NDArray[np.float32]] = {}
        if self._file.exists():
            whole = self._file.stat().st_size // RECORD.itemsize  # a run that was ended may leave half a record
            records = np.fromfile(self._file, dtype=RECORD, count=whole)
            with self._file.open("r+b") as file:
                file.truncate(whole * RECORD.itemsize)
            self._vectors = {record["key"].tobytes(): record["vector"] for record in records}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors of shape (n, 384); texts never seen before are embedded, stored and reported on stderr."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        began = time.monotonic()
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(todo), BATCH_TEXTS):
            batch = todo[start : start + BATCH_TEXTS]
            vectors = self.embedder.embed([text for _, text in batch])
            self._store([key for key, _ in batch], vectors)
            if len(todo) > BATCH_TEXTS:
                done = start + len(batch)
                print(f"embedded {done}/{len(todo)} texts in {time.monotonic() - began:.0f} s", file=sys.stderr)
        return np.stack([self._vectors[key] for key in keys]) if keys else np.zeros((0, DIMENSIONS), np.float32)

    def _store(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        records = np.zeros(len(keys), dtype=RECORD)
        records["key"] = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 32)
        records["vector"] = vectors
        with self._file.open("ab") as file:
            file.write(records.tobytes())
        for key, vector in zip(keys, vectors, strict=True):
            self._vectors[key] = vector
