import Foundation

/// A directory in CIFAR-10's binary layout with 160 training and 40 test images.
///
/// A network can learn them easily: each class is a different grey with a little noise.
struct TinyCIFAR10 {
    static let trainImages = 160
    static let testImages = 40
    static let classNames = "airplane automobile bird cat deer dog frog horse ship truck".split(
        separator: " "
    )
    .map(String.init)
    let directory: TemporaryDirectory
    var path: String { directory.path }

    init() throws {
        directory = try TemporaryDirectory()
        for batch in 1...5 { try write("data_batch_\(batch).bin", records: Self.trainImages / 5) }
        try write("test_batch.bin", records: Self.testImages)
        try Data((Self.classNames.joined(separator: "\n") + "\n").utf8)
            .write(to: directory.url.appendingPathComponent("batches.meta.txt"))
    }

    private func write(_ name: String, records: Int) throws {
        var bytes: [UInt8] = []
        for record in 0..<records {
            let label = record % 10
            bytes.append(UInt8(label))
            bytes += (0..<3072).map { UInt8(label * 24 + ($0 * 31 + record * 17) % 13) }
        }
        try Data(bytes).write(to: directory.url.appendingPathComponent(name))
    }
}
