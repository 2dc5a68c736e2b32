"""The report, its figures, and the page of somebody's own pictures: what Python makes of recorded results."""
