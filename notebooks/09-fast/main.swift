// %% [markdown]
// # 9. Above 0.9 in minutes
//
// The original report claims an accuracy above 0.9, which its own network does not reach here. Another
// network, trained in another way, reaches it in eight epochs: K. Jordan's airbench94 with the optimizer
// Muon. This section shows the whole method: first layer, network, optimizer, training, test views, and how
// much accuracy each of these adds.
//
// Sources: K. Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, https://arxiv.org/abs/2404.00498;
// K. Jordan and others, "Muon: an optimizer for hidden layers in neural networks", 2024; the program
// airbench94_muon. Its author tuned the settings on CIFAR-10's test images, so the accuracy is a little better than on
// unseen images. We use his settings unchanged, and tune nothing on the test images.

// %%
import BigEggs
import Reporting

let section = try Section()
let data = try section.loadData()

// Fewer images in smaller steps show the same method within half a minute.
let isQuick = section.profile == .quick
let train = data.train.prefix(isQuick ? 3_000 : data.train.count).rescaled().withFlattenedLabels()
let test = data.test.rescaled().withFlattenedLabels()
let batchSize = isQuick ? 250 : 2_000
let epochs = section.epochs(unlessGiven: isQuick ? 2 : 8)
try section.setting("batchSize", batchSize)
try section.setting("epochs", epochs)
try section.setting("images", train.count)

// %% [markdown]
// ## The first layer is computed, not trained
//
// Neighbouring pixels are strongly correlated. The first convolution removes the correlation: its filters are the
// directions in which patches of 2×2 pixels vary, each scaled to the same variance, and the negatives of these. The
// directions are the eigenvectors of the second moments of the patches of the first 5,000 training images. These 24
// filters stay fixed; only their bias is trained.
//
// The table has the patches' variance in each direction. Most of the variance is brightness common to all four pixels.

// %%
let whitening = try Whitening(of: train, images: 5_000, size: 2, epsilon: 5e-4)
try section.record("eigenvalues", whitening.eigenvalues)
let variance = whitening.eigenvalues.reduce(0, +)
section.show(
    Table(
        ["direction", "variance", "share"],
        rows: whitening.eigenvalues.enumerated().map {
            ["\($0 + 1)", $1.fixed(4), ($1 / variance).percent]
        }))
section.figure("whitening-filters")

// %% [markdown]
// ## The network
//
// Three groups of two 3×3 convolutions, with 64, 256 and 256 filters. Pooling comes directly after the first
// convolution of a group, so that the second has a quarter of the work. A convolution's first outputs begin as copies
// of its inputs: at the start the network passes on the output of the first layer. Batch normalization has no scale,
// because the next layer makes up for it. Its momentum is low, because there are only 200 steps. The last layer's
// output is scaled down, so that the softmax does not become too confident early.

// %%
let gelu = ActivationFunction.gelu
let model = try Sequential(
    input: [32, 32, 3], seed: section.seed, precision: section.precision, threads: section.threads
) {
    Conv2D(24, kernelSize: 2, kernelTrainable: false, name: "whitening")
    Activation(gelu)
    for filters in [64, 256, 256] {
        Conv2D(
            filters, kernelSize: 3, padding: .same, useBias: false, kernelInitializer: .partialIdentity)
        MaxPooling2D()
        BatchNormalization(momentum: 0.6, epsilon: 1e-12, scale: false)
        Activation(gelu)
        Conv2D(
            filters, kernelSize: 3, padding: .same, useBias: false, kernelInitializer: .partialIdentity)
        BatchNormalization(momentum: 0.6, epsilon: 1e-12, scale: false)
        Activation(gelu)
    }
    MaxPooling2D(poolSize: 3)
    Flatten()
    Dense(train.classNames.count, useBias: false, kernelInitializer: .randomNormal)
    Rescaling(20.0 / 256)
    Activation(.softmax)
}
try model.whiten("whitening", whitening)
section.show(Table(layersOf: model))

// %% [markdown]
// ## The optimizer
//
// Muon trains the kernels of the six convolutions. It makes each update orthogonal, so that a kernel changes equally
// fast in all directions. Stochastic gradient descent with momentum trains the rest: biases and the last layer. All
// learning rates fall linearly to 0; the rate of the first layer's bias does so within three eighths of the training.
//
// The original program sums the loss over the 2,000 images of a step. Here the loss is the mean, so the original's
// rates are multiplied by 2,000. The original's last layer has weights 20 times as large as ours, so our rate for that
// layer is also divided by 400. The original's weight decay does not depend on the rate, so ours is divided by the
// rate. In the original, the momentum of 0.85 amplifies the decay by 1 / 0.15, so ours is multiplied by 1 / 0.15.

// %%
let steps = epochs * ((train.count + batchSize - 1) / batchSize)

func falling(_ rate: Double, within part: Double = 1) -> LearningRateSchedule {
    .polynomialDecay(
        initialLearningRate: rate, decaySteps: max(1, Int((Double(steps) * part).rounded())),
        endLearningRate: 0)
}

func descent(_ rate: Double, within part: Double = 1) -> SGD {
    SGD(
        learningRate: falling(rate, within: part), momentum: 0.85, nesterov: true,
        weightDecay: 2e-6 * 2_000 / 0.15 / rate)
}

let firstBias = descent(0.053 * 2_000, within: 3.0 / 8)
let biases = descent(0.053 * 2_000)
let head = descent(0.67 * 2_000 / 400)
try model.compile(
    optimizer: Muon(
        learningRate: falling(0.24), momentum: 0.6, iterations: 3, normalizesKernels: true),
    loss: .categoricalCrossentropy(labelSmoothing: 0.2)
) { parameter in
    if parameter == "whitening/bias" { return firstBias }
    if parameter.hasSuffix("/beta") { return biases }
    return parameter == "dense/kernel" ? head : nil
}

// %% [markdown]
// ## Training
//
// In the first epoch half of the images are mirrored; from then on each image is mirrored in every other
// epoch. So in two successive epochs the network sees an image both ways; random mirroring would show half of
// the images the same way twice. All images are shifted by up to two pixels, with reflected edges. Labels are
// smoothed: a fifth of each label is spread over all classes.
//
// The test images do not affect the training: nothing stops it early, and the last epoch's weights are kept.

// %%
let generator = ImageDataGenerator(
    widthShiftRange: 2, heightShiftRange: 2, fillMode: .reflect, alternatingFlip: true,
    wholePixelShifts: true)
try section.record("generator", generator)
let callbacks: [any Callback] = [section.progressBar()]
let history = try section.train { checkpoints, interruption in
    try model.fit(
        train, validation: test, batchSize: batchSize, epochs: epochs, augmentation: generator,
        callbacks: callbacks, checkpoints: checkpoints, interruption: interruption)
}
// Smoothed labels are only for training: from here on the loss is computed with the original labels.
try model.compile(loss: .sparseCategoricalCrossentropy)
let weights = try TrainedWeights.save(
    model, trainedOn: train, recipe: .fast, to: section.weights("fast.safetensors"))
let training = try TrainingResults(
    of: model, history: history, epochs: epochs, batchSize: batchSize, callbacks: callbacks,
    trainedOn: train, validatedOn: test, weights: weights)
try section.record(training)
section.figure("fast-training")

// %% [markdown]
// ## Test views
//
// The trained network predicts six views of each test image: as it is, shifted by one pixel up and left, by one down
// and right, and all of these mirrored. The result is the mean of the predictions, with half the weight on the views
// that are not shifted. Predicting takes six times as long; the network is not trained further.

// %%
let views = [false, true].flatMap { isMirrored in
    [
        TestView(isMirrored: isMirrored, weight: 0.5),
        TestView(isMirrored: isMirrored, down: -1, right: -1, weight: 0.25),
        TestView(isMirrored: isMirrored, down: 1, right: 1, weight: 0.25),
    ]
}
let scores = try PredictionScore.scores(
    [[TestView()], TestView.mirrored, views], of: test, by: model, batchSize: batchSize)
try section.record("views", ["none": scores[0], "mirrored": scores[1], "all": scores[2]])
section.show(
    Table(
        ["views", "test loss", "test accuracy"],
        rows: zip(["as it is", "as it is and mirrored", "all six"], scores).map { name, score in
            [name, score.loss.fixed(4), score.accuracy.percent]
        }))

// %% [markdown]
// ## Other seeds, held-out images, and the effect of each ingredient
//
// A single training is a random sample. `bigeggs study fast` trains with five seeds and keeps the records
// beside the report's records. `bigeggs study fast-held-out` trains on 45,000 images. No setting was tuned on
// the other 5,000, so their accuracy can be compared with that of the test images. `bigeggs study
// fast-without-muon`, and so on, leave one ingredient out, with three seeds each and all else unchanged.
// `bigeggs study strong` trains a larger network with residuals on images with larger shifts and a covered
// square. The same command continues an interrupted training.

// %%
let study = try section.fastStudy()
try section.record("study", study)
let runs = study?.runs ?? []
section.show(
    study.map {
        """
        \($0.runs.count) of \($0.planned) trainings are recorded.\
        \($0.runs.count < $0.planned ? " `bigeggs study` trains the others." : "")
        """
    } ?? "The study is of CIFAR-10. These are other images, so there is nothing to show.")
section.show(
    Table(
        ["run", "trained on", "held out", "held-out accuracy", "test accuracy", "with six views", "took"],
        rows: runs.filter { ["fast", "strong"].contains($0.recipe) }.map { run in
            [
                run.name, run.trainImages.grouped, run.heldOutImages.grouped,
                run.heldOut?.accuracy.percent ?? "–", run.test.accuracy.percent,
                run.views.accuracy.percent, run.seconds.duration,
            ]
        }))

// %% [markdown]
// The accuracy lost without each ingredient, in percentage points of the mean test accuracy with test views:

// %%
let ingredients = study?.ingredients ?? []
section.show(
    Table(
        ["without", "instead", "seeds", "test accuracy", "points lost"],
        rows: ingredients.map {
            [
                $0.ingredient, $0.instead, "\($0.accuracies.count)", $0.mean.percent,
                (100 * $0.loss).fixed(2),
            ]
        }))
if !ingredients.isEmpty { section.figure("fast-ingredients") }

// %% [markdown]
// ## What the results mean
//
// An accuracy of 0.9 can be reached on CIFAR-10, but not with the original's network and recipe. `bigeggs
// train --recipe fast` runs the same training. Its weights are used like any others: `bigeggs predict
// photo.jpg --weights FILE`.

// %%
let found = study?.recipes.first { $0.recipe == "fast" }
let mean = found.map {
    """
     Over \($0.seeds.count) \($0.seeds.count == 1 ? "seed" : "seeds") the recipe has \($0.views.mean.percent) on \
    average.
    """
}
section.headline(
    """
    Test accuracy \(scores[0].accuracy.percent), \(scores[2].accuracy.percent) in six views, after \
    \(training.trainingSeconds.duration) of training on \(train.count.grouped) images.\(mean ?? "")
    """)
try section.end()
