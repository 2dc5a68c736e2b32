"""Makes the files that fuzzing starts from: python3 Tests/Fuzz/make_seeds.py

They are small and valid, or damaged in a way that once caused a fault. Their pixels are made up.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
from pathlib import Path

SEEDS = Path(__file__).with_name("seeds")


def safetensors(header: object, data: bytes = b"") -> bytes:
    """The length of the header, the header, the data."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(shape: list[int], begin: int, end: int) -> dict[str, object]:
    """A tensor's entry in the header."""
    return {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}


def batch(*labels: int) -> bytes:
    """Records of CIFAR-10's binary version, each of one colour."""
    return b"".join(bytes([label]) + bytes([20 * label]) * 3072 for label in labels)


def tar(members: dict[str, bytes], format: int) -> bytes:
    """An archive of files without times or owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    # Without the zeros that pad the archive to a whole record.
    return buffer.getvalue().rstrip(b"\0") + bytes(1024)


def main() -> None:
    directory = "cifar-10-batches-bin/"
    members = {directory + "data_batch_1.bin": batch(3), directory + "test_batch.bin": batch(1)}
    named = {directory + "batches.meta.txt": "\n".join("abcdefghij").encode(), **members}
    long = {directory + "x" * 200: b"", **members}
    seeds = {
        "safetensors": {
            "two": safetensors({"a/kernel": tensor([2, 3], 0, 24), "b": tensor([1], 24, 28)}, bytes(28)),
            "notes": safetensors({"__metadata__": {"epoch": "3"}, "scalar": tensor([], 0, 4)}, b"\0\0\x80\x3f"),
            "empty": safetensors({"none": tensor([0, 4], 0, 0)}),
        },
        "checkpoint": {
            "resumable": json.dumps(
                {
                    "progress": {
                        "epoch": 1, "step": 2, "optimizerStep": 5, "learningRate": 0.001, "isStopped": False,
                        "loss": 12.5, "right": 9, "images": 64, "seconds": 0.5,
                    },
                    "history": {"metrics": {"loss": [1.5], "val_loss": ["nan"]}, "seconds": [1.5]},
                    "settings": {"seed": "7"},
                    "callbacks": [{"name": "EarlyStopping", "settings": {"patience": "3"}, "values": {"best": "inf"}}],
                }
            ).encode()
        },
        "record": {
            "section": json.dumps(
                {"section": "01-data", "results": {"loss": [1, 0.5, 1e-3], "names": ["\u00e9\U0001f95a", "\n\"\\"]}}
            ).encode(),
            "smallest": b"-9223372036854775808",
            "values": b'[true, false, null, -0.0, 12345678901234567890, {"a": {}}, [[]]]',
        },
        "batches": {
            "train": b"\0" + batch(3, 9),
            "test": b"\1" + batch(0),
            "names": b"\2" + "\n".join("abcdefghij").encode(),
            "statement": b"\3" + "Decoded anew.\n".encode(),
        },
        "tar": {
            "ustar": tar(named, tarfile.USTAR_FORMAT),
            "gnu": tar(long, tarfile.GNU_FORMAT),
            "pax": tar(long, tarfile.PAX_FORMAT),
        },
        "gzip": {"archive": gzip.compress(tar(named, tarfile.USTAR_FORMAT), mtime=0)},
    }
    for loader, files in seeds.items():
        (SEEDS / loader).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (SEEDS / loader / name).write_bytes(content)


if __name__ == "__main__":
    main()
