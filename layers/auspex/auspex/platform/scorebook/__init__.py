"""Predictions archived when they are issued, scored when their outcome is known, never edited."""
