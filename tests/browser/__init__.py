"""People at a browser: journeys, and what every page must be like. `make browser` runs it."""
