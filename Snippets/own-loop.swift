//! Batches of augmented images outside of `fit`.

import BigEggs

let (train, _) = try CIFAR10.load()

// snippet.flow
let augmentation = ImageDataGenerator(
    rotationRange: 15, zoomRange: 0.1, horizontalFlip: true, rescale: 1 / 255)
let flow = try augmentation.flow(train, batchSize: 128, seed: 7)

var sum = 0.0
var count = 0
for batch in flow.prefix(2 * flow.stepsPerEpoch) {
    sum += batch.images.reduce(0) { $0 + Double($1) }
    count += batch.images.count
}
print("The mean of two passes of augmented images is \(sum / Double(count)).")
// snippet.end
