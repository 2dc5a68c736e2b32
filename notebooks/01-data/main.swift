// %% [markdown]
// # 1. The data
//
// The report classifies CIFAR-10: 60,000 color photographs of 32 by 32 pixels, each of something in
// one of ten classes, six animals and four vehicles. 50,000 images are for training and 10,000 for
// testing; each class has 5,000 of the first and 1,000 of the second.
//
// Before anything is trained, this section checks that what was loaded is that data set: where it comes
// from, how many images there are of what, and what they look like.

// %%
import BigEggs
import Reporting

let section = try Section()
let (train, test) = try section.loadData()

// %% [markdown]
// ## Is it what the report describes?
//
// Every number that the report gives of its data, beside what was counted here. A quick run takes the
// first 10,000 and 2,000 images of the two splits, so there the counts are smaller and only nearly even.

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
// ## As many of each class
//
// Equal numbers matter twice. The network cannot gain by favoring a frequent class, and accuracy can
// be read as it is: guessing at random gives one in ten.

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
// pixels on blue, and so is an airplane: the pair that the last section comes back to.

// %%
let samples = train.classNames.indices.map { train.indices(ofClass: $0, first: 10) }
try section.record("samples", ImageSamples(split: "train", indices: samples))
section.figure("sample-grid")
if !section.isCIFAR10 {
    section.show(
        "These are other images than the report's: what is said of birds and airplanes is not about them.")
}

// %% [markdown]
// ## What it means
//
// 32 by 32 pixels are few, and ten classes of which some look alike are not easy to tell apart by so
// little. An accuracy above 0.9, which the report claims, leaves one image in ten wrong where guessing
// leaves nine.

// %%
section.headline(
    """
    \(section.dataName): \(train.count.grouped) training and \(test.count.grouped) test images, \
    \(range(train.classCounts)) and \(range(test.classCounts)) of each of \(train.classNames.count) classes.
    """)
try section.end()
