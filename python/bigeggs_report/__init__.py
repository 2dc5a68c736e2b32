"""Makes the report and its figures from recorded results, and the page of the user's own pictures."""
