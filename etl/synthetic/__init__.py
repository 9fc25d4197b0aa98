"""Makes returns with a known truth, for the demonstration and for the proof of the statistics."""
