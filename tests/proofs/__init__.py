"""Proofs: random histories on the shipped SQL, compared with small models, and planted bugs that must be caught."""
