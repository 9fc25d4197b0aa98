"""The one door: every figure that leaves, leaves through here."""
