import BigEggs

// mpirun -np 2 .build/debug/TrainTogether: every process runs this program, and computes its share of each batch.
// `make mpi` compiles libbigeggs_mpi.so, which lies beside the program or is named by BIGEGGS_MPI.
let points = (0..<600).map { Float($0 * 7919 % 1000) / 1000 }
let classes = (0..<300).map { points[2 * $0] > points[2 * $0 + 1] ? Int32(0) : 1 }
let data = try ImageDataset(
    floats: points, labels: Labels(classes), imageShape: [2], classNames: ["first", "second"])
let model = try Sequential(input: [2], seed: 7) {
    Dense(16, activation: .relu)
    BatchNormalization()
    Dense(2, activation: .softmax)
}
try model.compile(optimizer: Adam(learningRate: 0.02), loss: .sparseCategoricalCrossentropy)
let world = try Communicator.world
try model.fit(data, batchSize: 32, epochs: 30, communicator: world)
let evaluation = try model.evaluate(data, communicator: world)
if world.isFirst { print("\(world.size) processes: accuracy \(evaluation.accuracy)") }
