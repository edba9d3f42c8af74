"""Nouns every product uses, and the two shells (endpoint, consumer) that compose them."""
