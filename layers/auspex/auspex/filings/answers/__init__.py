"""Questions become answers that are proven, or refusals: parsing, routes, formulas, citations, figures."""
