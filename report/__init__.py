"""The report: one account of the recorded results, written as Markdown and as a page of HTML."""
