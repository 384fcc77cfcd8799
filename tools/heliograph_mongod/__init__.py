"""A real mongod for tests, the demo and benchmarks; for development alone."""
