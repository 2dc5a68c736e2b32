// %% [markdown]
// # 1. The data
//
// The report classifies CIFAR-10: 60,000 color photographs of 32 by 32 pixels in ten classes, six of
// animals and four of vehicles. 50,000 images are for training and 10,000 for testing; each class has
// 5,000 training and 1,000 test images.
//
// Before any training, this section checks that the loaded data is this data set. It shows where the data comes
// from, how many images each class has, and what the images look like.

// %%
import BigEggs
import Reporting

let section = try Section()
let (train, test) = try section.loadData()

// %% [markdown]
// ## Is the data what the report describes?
//
// The table compares the numbers in the report with the counts here. A quick run takes only the first
// 10,000 training and 2,000 test images, so its counts are smaller and differ a little between classes.

// %%
let counts = ["train": train.classCounts, "test": test.classCounts]
try section.record("classCounts", counts)

func range(_ counts: [Int]) -> String {
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    return least == most ? most.grouped : "\(least.grouped) to \(most.grouped)"
}
section.show(
    Table(
        ["", "the report", "here"],
        rows: [
            ["training images", "50,000", train.count.grouped],
            ["test images", "10,000", test.count.grouped],
            ["classes", "10", "\(train.classNames.count)"],
            ["training images of a class", "5,000", range(train.classCounts)],
            ["test images of a class", "1,000", range(test.classCounts)],
            ["pixels", "32×32", train.imageShape.prefix(2).map(String.init).joined(separator: "×")],
        ]))

// %% [markdown]
// ## Images of each class
//
// Equal numbers matter for two reasons. The network cannot gain by favoring a frequent class, and the
// accuracy has a simple baseline: random guessing gives one in ten.

// %%
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
// pixels on blue, and so is an airplane: section 7 comes back to this pair.

// %%
let samples = train.classNames.indices.map { train.indices(ofClass: $0, first: 10) }
try section.record("samples", ImageSamples(split: "train", indices: samples))
section.figure("sample-grid")
if !section.isCIFAR10 {
    section.show(
        "These are not the report's images: the remarks on birds and airplanes do not apply to them.")
}

// %% [markdown]
// ## What the images mean for the accuracy
//
// 32 by 32 pixels are few, and some of the ten classes look alike. An accuracy of 0.9, which the report
// claims to exceed, means one wrong image in ten; guessing gets nine in ten wrong.

// %%
section.headline(
    """
    \(section.dataName): \(train.count.grouped) training and \(test.count.grouped) test images, \
    \(range(train.classCounts)) and \(range(test.classCounts)) of each of \(train.classNames.count) classes.
    """)
try section.end()
