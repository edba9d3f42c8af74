"""Ask templates: prepared questions whose answer is a table first, prose second (FILINGS 7.18). Pure engines."""
