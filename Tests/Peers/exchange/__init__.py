"""Exchanges files with other programs, in both directions: `make exchange`."""
