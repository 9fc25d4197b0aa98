"""The pages on how figures are made, how we know that they are right, and what this service cannot do."""
