"""Exactly once, proven: random histories of filings through the whole pipeline."""
