"""Mechanisms without a product noun; imports nothing above it."""
