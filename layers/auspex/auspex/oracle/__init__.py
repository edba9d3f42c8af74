"""Oracle: sports-event simulation, exact where it can be."""
