"""Draws every figure of the report from the recorded results and the data set."""
