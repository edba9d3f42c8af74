"""Proof of the provider lock: random histories of fifty workers on the shipped SQL, and a simulated day."""
