"""Adapters of oracle's sources: nothing else talks to them."""
