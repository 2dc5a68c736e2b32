"""The processes that a launcher such as mpirun has started together."""

from __future__ import annotations

from ctypes import byref, c_int64

from ._library import call


class Communicator:
    """All processes of the launcher; `world()` returns it.

        # mpirun -np 4 python3 train.py
        world = bigeggs.world()
        history = model.fit(x, y, batch_size=128, epochs=5, communicator=world)
        if world.rank == 0:
            model.save("model.safetensors")

    Every process runs the same program. Each computes its share of every batch of 128 images, and the training equals
    that of one process except for rounding. Callbacks run in process 0 alone; their changes to the learning rate, the
    weights and the end of the training apply to all processes. mpi4py can be used too; either of the two may start MPI.
    """

    def __init__(self, rank: int, size: int):
        #: The number of this process, from 0, and the number of all processes.
        self.rank, self.size = rank, size

    def __repr__(self) -> str:
        return f"<bigeggs.Communicator: process {self.rank} of {self.size}>"


def world() -> Communicator:
    """Returns all processes of the launcher; without a launcher only this process. Starts MPI if needed."""
    rank, size = c_int64(), c_int64()
    call("be_world", byref(rank), byref(size))
    return Communicator(rank.value, size.value)
