"""The embedding model of this deployment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auspex.core.config import Settings, read_settings
from auspex.filings.index.embed import Embedder


class ModelSettings(Settings):
    """Where model.onnx and tokenizer.json lie."""

    model_directory: str = "/opt/python/minilm"


@cache
def embedder() -> Embedder:
    """Return the embedder; loading the model takes a moment and happens once per environment."""
    return Embedder(Path(read_settings(ModelSettings).model_directory))
