"""Benchmarks, each printed beside its reference of the same run: `make bench`."""
