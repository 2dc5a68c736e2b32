"""The parity suite compares our library with Keras, PyTorch and NumPy on random inputs. See __main__.py."""
