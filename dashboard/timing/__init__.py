"""Time to decision: the page, its tables and its findings."""
