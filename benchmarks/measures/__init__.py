"""What `benchmarks.detection` measures, a module per table."""
