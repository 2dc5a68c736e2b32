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
    weights and the end of the training apply to all processes. Works beside mpi4py, whichever of the two starts MPI.
    """

    def __init__(self, rank: int, size: int):
        #: This process's number, and the number of processes.
        self.rank, self.size = rank, size

    def __repr__(self) -> str:
        return f"<bigeggs.Communicator: process {self.rank} of {self.size}>"


def world() -> Communicator:
    """All processes of the launcher; without a launcher only this process. Starts MPI if it is not started yet."""
    rank, size = c_int64(), c_int64()
    call("be_world", byref(rank), byref(size))
    return Communicator(rank.value, size.value)
