"""Other programs on files of ours, and ours on theirs: `make exchange`."""
