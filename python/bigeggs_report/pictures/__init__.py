"""Somebody's own pictures: decoded to what a network sees, and shown with what it says of them."""
