"""Prints what TensorBoard itself finds in the runs below a directory, as JSON.

    python3 reference_reader.py DIRECTORY
"""

import json
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

multiplexer = EventMultiplexer(size_guidance={"images": 0, "scalars": 0, "histograms": 0})
multiplexer.AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
found = {}
for run, tags in multiplexer.Runs().items():
    found[run] = {
        "scalars": {
            tag: [[event.step, event.value] for event in multiplexer.Scalars(run, tag)]
            for tag in tags["scalars"]
        },
        "histograms": {
            tag: [
                [event.step, event.histogram_value.num, event.histogram_value.min, event.histogram_value.max]
                for event in multiplexer.Histograms(run, tag)
            ]
            for tag in tags["histograms"]
        },
        "images": {
            tag: [[event.step, event.width, event.height] for event in multiplexer.Images(run, tag)]
            for tag in tags["images"]
        },
    }
print(json.dumps(found))
