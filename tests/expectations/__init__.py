"""Tests of the rules, the engine, the review queue."""
