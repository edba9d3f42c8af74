"""Peers of the worker shell, doing the same work; nothing here is shipped."""
