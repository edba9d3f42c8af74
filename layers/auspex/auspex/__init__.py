"""Auspex: accountable answers, one package per concern."""
