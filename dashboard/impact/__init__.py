"""Did it work? The page, and its parts: verdicts, the line of what was expected, campaigns."""
