"""The ports of filings as this deployment has them: built on first use, kept for the environment's life, one module each."""
