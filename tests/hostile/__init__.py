"""Faults that hostile and damaged documents once caused, each with a minimal input of its own making."""
