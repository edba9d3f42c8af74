"""Only this module reads `tokenizer.json`: the model's own WordPiece, for counting and for encoding.

The file as packaged truncates at 128 tokens and pads everything to 128; both settings are undone here, because
padding that the attention mask does not cover ruins retrieval.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

MODEL_TOKENS_MAX = 256


class WordPiece:
    """The tokenizer of the embedding model. Not shared between threads."""

    def __init__(self, tokenizer_file: Path) -> None:
        """Load the vocabulary. Raises FileNotFoundError when the model was not obtained."""
        if not tokenizer_file.is_file():
            raise FileNotFoundError(f"{tokenizer_file} is missing: python infra/local/model.py {tokenizer_file.parent}")
        self._counting = Tokenizer.from_file(str(tokenizer_file))
        self._counting.no_padding()
        self._counting.no_truncation()
        self._encoding = Tokenizer.from_file(str(tokenizer_file))
        self._encoding.no_padding()
        self._encoding.enable_truncation(MODEL_TOKENS_MAX)

    def count(self, text: str) -> int:
        """Count the tokens of a text of any length, without the two special tokens."""
        return len(self._counting.encode(text, add_special_tokens=False).ids)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text with special tokens, cut at 256, unpadded."""
        return [list(encoding.ids) for encoding in self._encoding.encode_batch(list(texts))]
