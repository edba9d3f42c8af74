"""The ports of filings as this deployment has them: built on first use and kept, one module each."""
