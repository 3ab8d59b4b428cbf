"""Tests of the benchmarks and harnesses."""
