"""From the warehouse to a version of the figures that holds what may be published, and nothing else."""
