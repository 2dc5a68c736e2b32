"""Somebody's own pictures, shown with what the network says of them."""
