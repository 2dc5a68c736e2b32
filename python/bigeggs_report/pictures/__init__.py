"""Makes the page of the user's own pictures with the network's predictions."""
