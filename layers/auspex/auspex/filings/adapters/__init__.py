"""Adapters of filings: one module per outside party."""
