"""The parity suite: our library beside Keras, PyTorch and NumPy on random inputs. See __main__.py."""
