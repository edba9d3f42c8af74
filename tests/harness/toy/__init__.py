"""A small product that exists only in tests: it drives the shells through every outcome they have."""
