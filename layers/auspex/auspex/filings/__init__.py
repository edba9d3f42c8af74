"""SEC filings: read whole, figures extracted, answers quoted to the character."""
