"""Tests the figure that TensorBoard shows of a training: a PNG with every image and its prediction."""

from __future__ import annotations

import base64
import struct

import bigeggs

from bigeggs_report.figures import samples
from bigeggs_report.figures.look import PAGE


def test_the_sheet_has_a_picture_per_prediction_and_the_true_class_of_wrong_ones(handle: int) -> None:
    dataset = bigeggs.Dataset(handle)
    classes, labels = dataset.class_names, dataset.labels("test")
    predicted = [int(label) for label in labels[:8]]
    predicted[3] = (predicted[3] + 1) % len(classes)
    with PAGE.applied():
        figure = samples.sheet(dataset, predicted, [0.5] * 8)
    with_pictures = [axes for axes in figure.axes if axes.images]
    assert len(with_pictures) == 8
    texts = [[text.get_text() for text in axes.texts] for axes in with_pictures]
    assert [words[0] for words in texts] == [classes[guess] for guess in predicted]
    assert [len(words) for words in texts] == [2, 2, 2, 3, 2, 2, 2, 2]
    assert classes[labels[3]] in texts[3][2]


def test_the_sheet_is_a_png_of_the_expected_size(handle: int) -> None:
    content = base64.b64decode(samples.draw(handle, [0, 1, 0, 1, 0, 1, 0], [0.25, 0.5, 0.75, 1, 0, 0.125, 0.3]))
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 900 and 300 < height < 450
