"""Only this module runs the embedding model: all-MiniLM-L6-v2, 384 dimensions, ONNX with int8 weights, one thread.

Activations stay float32 in this export, so that a text's vector does not depend on its neighbours in a batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from auspex.filings.index.wordpiece import WordPiece

DIMENSIONS = 384
BATCH_TEXTS = 64
"""How many texts a caller embeds between two checkpoints."""
RUN_TOKENS_MAX = 512
"""Padded tokens of one run of the network: more of them leave the second-level cache and cost up to twice the time."""

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

Vectors = NDArray[np.float32]


class Embedder:
    """Turn texts into unit vectors. Loads the model once; not shared between threads."""

    def __init__(self, model_directory: Path) -> None:
        """Load `model.onnx` and `tokenizer.json`. Raises FileNotFoundError when either is missing."""
        self._model_file = model_directory / MODEL_FILE
        if not self._model_file.is_file():
            raise FileNotFoundError(f"{self._model_file} is missing: python infra/local/model.py {model_directory}")
        self._tokenizer = WordPiece(model_directory / TOKENIZER_FILE)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(self._model_file), options, providers=["CPUExecutionProvider"])

    @cached_property
    def model_sha256(self) -> str:
        """The hash of the network's file: vectors of two different files must never be compared."""
        return hashlib.sha256(self._model_file.read_bytes()).hexdigest()

    def count_tokens(self, text: str) -> int:
        """Count a text's WordPiece tokens without the two special ones; never truncated."""
        return self._tokenizer.count(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, float32 of shape (n, 384) and length 1, in the order of the texts.

        Mean pooling over the tokens of each text, then L2 (the model card's recipe). What lies beyond 254 tokens of a
        text is not seen.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(texts), BATCH_TEXTS):
            encoded = self._tokenizer.encode(texts[start : start + BATCH_TEXTS])
            for rows in _runs([len(ids) for ids in encoded]):
                vectors[[start + row for row in rows]] = self._run([encoded[row] for row in rows])
        return vectors

    def _run(self, encoded: Sequence[Sequence[int]]) -> Vectors:
        longest = max(len(ids) for ids in encoded)
        input_ids = np.zeros((len(encoded), longest), dtype=np.int64)
        mask = np.zeros_like(input_ids)
        for row, ids in enumerate(encoded):
            input_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        feed = {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": np.zeros_like(input_ids)}
        hidden = np.asarray(self._session.run(["last_hidden_state"], feed)[0], dtype=np.float32)
        weights = mask.astype(np.float32)
        pooled = np.einsum("btd,bt->bd", hidden, weights) / weights.sum(axis=1, keepdims=True)
        unit: Vectors = (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group row numbers of like length so that rows × longest stays within RUN_TOKENS_MAX (one row always goes)."""
    run: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if run and (len(run) + 1) * lengths[row] > RUN_TOKENS_MAX:
            yield run
            run = []
        run.append(row)
    if run:
        yield run
