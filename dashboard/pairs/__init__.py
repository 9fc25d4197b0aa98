"""Who says no to whom: the page, its tables and its findings."""
