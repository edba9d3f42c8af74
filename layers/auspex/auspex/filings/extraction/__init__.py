"""Text becomes figures: KPIs by every route, their periods, checks and the summary. Pure."""
