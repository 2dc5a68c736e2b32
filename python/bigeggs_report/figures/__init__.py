"""Every figure of the report, drawn from the recorded results and the data set."""
