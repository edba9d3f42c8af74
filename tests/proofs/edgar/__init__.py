"""Fair access to EDGAR, proven in virtual time."""
