"""Every route of the templates held against the contract."""
