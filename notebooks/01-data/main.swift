// %% [markdown]
// # 1. The data
//
// The report classifies CIFAR-10: 60,000 color photographs of 32 by 32 pixels, each of something in
// one of ten classes, six animals and four vehicles. 50,000 images are for training and 10,000 for
// testing; each class has 5,000 of the first and 1,000 of the second.
//
// Before anything is trained, this section checks that what was loaded is that data set.

// %%
import BigEggs
import Reporting

let section = try Section(.data)
let (train, test) = try section.loadData()

section.show("Training images \(train.shape), test images \(test.shape), pixels are bytes.")

// %% [markdown]
// ## As many of each class
//
// Equal numbers matter twice. The network cannot gain by favoring a frequent class, and accuracy can
// be read as it is: guessing at random gives one in ten. A quick run takes the first images of each
// split, so there the classes are only nearly even.

// %%
let counts = ["train": train.classCounts, "test": test.classCounts]
try section.record("classCounts", counts)

section.show(
    Table(
        ["class", "training images", "test images"],
        rows: zip(train.classNames, zip(train.classCounts, test.classCounts)).map { name, counts in
            [name, counts.0.grouped, counts.1.grouped]
        }))
section.figure("class-counts")

// %% [markdown]
// ## What the images look like
//
// The first ten training images of each class. At this size a bird against the sky is a few dark
// pixels on blue, and so is an airplane: the pair that the last section comes back to.

// %%
let samples = train.classNames.indices.map { train.indices(ofClass: $0, first: 10) }
try section.record("samples", ImageSamples(split: "train", indices: samples))
section.figure("sample-grid")
if !section.isCIFAR10 {
    section.show(
        "These are other images than the report's: what is said of birds and airplanes is not about them.")
}

// %%
section.headline(
    "\(train.count.grouped) training and \(test.count.grouped) test images in \(train.classNames.count) classes."
)
try section.end()
