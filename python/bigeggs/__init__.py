"""Data sets, recorded results and weights of BigEggs, as NumPy arrays.

    record = bigeggs.Record.open("report/records/04-plain-training.json")
    record["results.history.val_loss"].argmin()

    data = bigeggs.Dataset.open("auto")
    data.images("test")[0]                      # [height, width, channels], 0 to 255

Every array is a read-only view of the library's memory, and keeps what it shows alive. Inside the
executables of BigEggs the library is there already; a Python started by hand finds it through
``BIGEGGS_LIBRARY``, the path of ``libbigeggs_c.so``, or where ``swift build -c release`` left it.
"""

from ._library import Error, NotFound
from .dataset import Dataset
from .record import Record
from .weights import Weights

__all__ = ["Dataset", "Error", "NotFound", "Record", "Weights"]
