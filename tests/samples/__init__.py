"""Tests of the sample maker, and of the reading engine against the samples' truth."""
