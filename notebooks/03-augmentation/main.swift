// %% [markdown]
// # 3. Augmentation
//
// A network that sees the same 50,000 images again and again can memorize them. The report uses Keras's
// `ImageDataGenerator` against that: each image is changed a little every time it is used, so that no epoch
// repeats another and the network has to cope with variation. The generator rotates by up to 15 degrees, zooms
// by up to a tenth, and shifts by up to a tenth of the width and of the height.
//
// This section shows the effect of each change by itself and of all changes together, and how long they take.

// %%
import BigEggs
import Reporting

let section = try Section()
let (train, _) = try section.loadData()

// %% [markdown]
// ## The generator
//
// Section 5 trains with this generator: change it here, run this section to see the effect on the images,
// and section 5 to see the effect on the training. Pixels from outside the image take the color of the
// nearest pixel of the image.

// %%
let generator = ImageDataGenerator(
    rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1)
try section.record("generator", generator)

section.show(
    Table(
        ["change", "drawn evenly from", "of 32 pixels"],
        rows: [
            ["rotation", "\(-generator.rotationRange)° to \(generator.rotationRange)°", ""],
            [
                "zoom, height and width apart",
                "\(generator.zoomRange.lower) to \(generator.zoomRange.upper)", "",
            ],
            [
                "width shift", "±\(generator.widthShiftRange)",
                "±\((generator.widthShiftRange * 32).fixed(1))",
            ],
            [
                "height shift", "±\(generator.heightShiftRange)",
                "±\((generator.heightShiftRange * 32).fixed(1))",
            ],
        ]))

// %% [markdown]
// ## One kind of change at a time
//
// One training image, six times with each kind of change alone. Random numbers depend only on the seed, the
// epoch and the image, not on the order of the work: epoch 3 changes image 7 the same way in every run, with
// any number of threads.

// %%
let index = train.indices(ofClass: 7, first: 1).first ?? 0
let label = Int(train.labels.values[index])
try section.record("image", SampleImage(split: "train", index: index, label: label))
section.show("The image is number \(index) of the training images, a \(train.classNames[label]).")

let changes = { (generator: ImageDataGenerator, count: Int) in
    (0..<count).map { epoch in
        generator.randomTransform(
            seed: section.seed, epoch: epoch, sample: index, imageShape: train.imageShape)
    }
}

let (width, height) = (generator.widthShiftRange, generator.heightShiftRange)
let (smallest, largest) = (generator.zoomRange.lower, generator.zoomRange.upper)
let alone = [
    TransformSamples(
        "rotation", "±\(generator.rotationRange.fixed(0))°",
        changes(ImageDataGenerator(rotationRange: generator.rotationRange), 6)),
    TransformSamples(
        "zoom", "×\(smallest.fixed(1)) to ×\(largest.fixed(1))",
        changes(ImageDataGenerator(zoomRange: generator.zoomRange), 6)),
    TransformSamples(
        "width shift", "±\((width * 100).fixed(0)) % of the width",
        changes(ImageDataGenerator(widthShiftRange: width), 6)),
    TransformSamples(
        "height shift", "±\((height * 100).fixed(0)) % of the height",
        changes(ImageDataGenerator(heightShiftRange: height), 6)),
]
try section.record("alone", alone)
section.figure("transforms-alone")

// %% [markdown]
// ## All changes at once
//
// This is what the network sees in training. The changes are combined to one map from the new image
// to the old, so that pixels are interpolated once and not four times. The table has the random values of the first
// four epochs. As in Keras, a zoom factor above 1 shows more of the scene, and a shift is the distance, in
// pixels, between a pixel of the new image and the place in the old image that it is read from.

// %%
let together = changes(generator, 12)
try section.record("together", together)
section.show(
    Table(
        ["epoch", "rotation °", "width shift", "height shift", "width zoom", "height zoom"],
        rows: together.prefix(4).enumerated().map { epoch, change in
            [
                "\(epoch + 1)", change.theta.fixed(1), change.tx.fixed(2), change.ty.fixed(2),
                change.zx.fixed(3), change.zy.fixed(3),
            ]
        }))
section.figure("transforms-together")

// %% [markdown]
// ## The time per image
//
// Changed images are not stored; they are made when a step needs them. The time is that of one thread.

// %%
let sampled = min(train.count, 2_000)
var sum: Float = 0
let duration = ContinuousClock().measure {
    for sample in 0..<sampled {
        let change = generator.randomTransform(
            seed: section.seed, epoch: 0, sample: sample, imageShape: train.imageShape)
        sum += generator.apply(change, to: train.image(at: sample), imageShape: train.imageShape)[0]
    }
}
let microseconds = duration / .microseconds(1) / Double(sampled)
try section.record("microsecondsPerImage", microseconds)
section.show("Changing an image takes \(microseconds.fixed(1)) µs.")

// %% [markdown]
// ## The limits of these changes
//
// In all of these pictures the subject is still easy to recognize: the changes are small enough that the
// label stays true. There are few kinds of change: a horse is never mirrored, though a mirrored horse is a
// horse, and color and brightness stay the same. Section 5 measures what the changes bring.

// %%
section.headline(
    """
    No two epochs show an image in the same way: up to \(generator.rotationRange.fixed(0))° of rotation, \
    \(((largest - 1) * 100).fixed(0)) % of zoom and \((width * 32).fixed(1)) pixels of shift.
    """)
try section.end()
