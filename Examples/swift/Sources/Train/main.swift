import BigEggs

// 300 points of two features in [0, 1); the class says which feature is the larger one.
let points = (0..<600).map { Float($0 * 7919 % 1000) / 1000 }
let classes = (0..<300).map { points[2 * $0] > points[2 * $0 + 1] ? Int32(0) : 1 }
let data = try ImageDataset(
    floats: points, labels: Labels(classes), imageShape: [2], classNames: ["first", "second"])
let model = try Sequential(input: [2], seed: 7) {
    Dense(16, activation: .relu)
    Dense(2, activation: .softmax)
}
try model.compile(optimizer: Adam(learningRate: 0.02), loss: .sparseCategoricalCrossentropy)
// Under `mpirun -np 2` two processes run this program, and each computes a part of every batch.
let world = try Communicator.world
try model.fit(data, batchSize: 32, epochs: 30, communicator: world)
let accuracy = try model.evaluate(data, communicator: world).accuracy
if world.isFirst { print("accuracy \(accuracy)") }
