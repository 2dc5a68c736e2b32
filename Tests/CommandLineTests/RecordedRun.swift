import Foundation

/// A run with only the first section's record, which has the class counts of ``TinyCIFAR10``.
func recordedRun(ofDataWithChecksum checksum: String) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let records = directory.url.appendingPathComponent("records")
    try FileManager.default.createDirectory(at: records, withIntermediateDirectories: true)
    let record = """
        {
          "section": "01-data", "title": "The data",
          "data": {
            "name": "CIFAR-10", "file": "tiny", "checksum": "\(checksum)", "isOfficial": false,
            "isStandIn": false, "statement": null, "imageShape": [32, 32, 3],
            "trainImages": 160, "testImages": 40,
            "classNames": [
              "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"
            ]
          },
          "settings": {"profile": "quick", "seed": 7, "threads": 1, "precision": "float32"},
          "environment": {
            "processor": "any", "instructionSet": "AVX2", "cores": 1, "oneDNN": "2.6.3", "swift": "6.3",
            "system": "Linux"
          },
          "run": {
            "date": "2026-11-20T09:00:00Z", "seconds": 1, "command": "swift run -c release 01-data"
          },
          "results": {
            "classCounts": {
              "train": [20, 20, 15, 15, 15, 15, 15, 15, 15, 15],
              "test": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
            },
            "samples": {
              "split": "test",
              "indices": [
                [0, 10], [1, 11], [2, 12], [3, 13], [4, 14], [5, 15], [6, 16], [7, 17], [8, 18], [9, 19]
              ]
            }
          }
        }
        """
    try Data(record.utf8).write(to: records.appendingPathComponent("01-data.json"))
    return directory
}
