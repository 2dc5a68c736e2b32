// %% [markdown]
// # 7. Demonstration
//
// The report ends with a trial: it predicts 25 test images one by one, and all 25 predictions are
// right. It also says where its network fails. An image that shows its subject clearly is predicted
// with a confidence above 0.9, but some birds that look like airplanes are not recognized.

// %%
import BigEggs
import Reporting

let section = try Section()
let test = try section.loadData().test.rescaled().withFlattenedLabels()
_ = try section.read("05-augmented-training")

let model = try Sequential.bigEggs(
    classes: test.classNames.count, seed: section.seed, precision: section.precision,
    threads: section.threads)
try model.compile(optimizer: Adam(), loss: .sparseCategoricalCrossentropy)
try model.loadWeights(from: section.weights("augmented.safetensors", from: "05-augmented-training"))

// %% [markdown]
// ## 25 images, one by one
//
// The first 25 test images, without any selection, each predicted by itself.

// %%
let demo = try (0..<min(25, test.count)).map { index in
    let prediction = try model.predict(test[index..<index + 1], batchSize: 1)
    return DemoPrediction(
        index: index, truth: Int(test.labels.values[index]), predicted: prediction.predicted(0),
        confidence: prediction.confidence(0), probabilities: Array(prediction[0]))
}
let right = demo.count { $0.predicted == $0.truth }
try section.record("demo", demo)
try section.record("right", right)

section.show(
    Table(
        ["image", "shows", "prediction", "confidence", ""],
        rows: demo.map { image in
            [
                "\(image.index)", test.classNames[image.truth], test.classNames[image.predicted],
                image.confidence.fixed(2), image.predicted == image.truth ? "" : "wrong",
            ]
        }))
section.show("\(right) of \(demo.count) are right; in the report all 25 are.")
section.figure("demo")

// %% [markdown]
// 25 of 25 do not prove a perfect network. One that is right nine times in ten gets 25 of 25 once in
// fourteen trials, as 0.9 to the 25th power is 0.07.

// %% [markdown]
// ## Birds that look like airplanes
//
// The test images of birds that the network takes for airplanes: at most twelve, the most confident mistakes first.

// %%
if let bird = test.classNames.firstIndex(of: "bird"),
    let airplane = test.classNames.firstIndex(of: "airplane")
{
    let predictions = try model.predict(test, batchSize: 128)
    let birds = test.indices(ofClass: bird, first: test.count)
    let mistaken = birds.filter { predictions.predicted($0) == airplane }
        .sorted { predictions.confidence($0) > predictions.confidence($1) }
    let shown = mistaken.prefix(12).map { index in
        MistakenImage(
            index: index, confidence: predictions.confidence(index), probabilities: Array(predictions[index]))
    }
    try section.record("birdsAsAirplanes", shown)
    try section.record("birdsAsAirplanesCount", mistaken.count)
    try section.record("birds", birds.count)
    section.show("\(mistaken.count) of \(birds.count) birds are taken for airplanes.")
    if !mistaken.isEmpty { section.figure("birds-as-airplanes") }
} else {
    for name in ["birdsAsAirplanes", "birdsAsAirplanesCount", "birds"] {
        try section.record(name, Record.null)
    }
    section.show("This data set has neither birds nor airplanes, so there is nothing to show here.")
}

// %%
section.headline("\(right) of \(demo.count) test images are predicted right; in the report all 25 are.")
try section.end()
