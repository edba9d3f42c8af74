"""Random histories of oracle's jobs against their books."""
