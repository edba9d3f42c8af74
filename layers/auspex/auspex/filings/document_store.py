"""Raw and normalised documents in S3, compressed, under keys that name their content: equal bytes are stored once."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from auspex.core.aws import client


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """One bucket."""

    bucket: str

    def put(self, key: str, body: bytes) -> None:
        """Store bytes under a key; storing again replaces them with the same content."""
        client("s3").put_object(Bucket=self.bucket, Key=key, Body=gzip.compress(body, mtime=0), ContentEncoding="gzip")

    def get(self, key: str) -> bytes:
        """Return the bytes under a key. Raises the client's NoSuchKey."""
        body: bytes = client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return gzip.decompress(body)


def raw_key(*, cik: int, accession: str, filename: str, sha256: str) -> str:
    """Return where a document's raw bytes lie."""
    return f"filings/{cik}/{accession}/{sha256}/{filename}"


def sha256_of(body: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256."""
    return hashlib.sha256(body).hexdigest()
