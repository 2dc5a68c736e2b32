// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Train",
    dependencies: [.package(name: "BigEggs", path: "../..")],
    targets: ["Train", "TrainTogether"].map {
        .executableTarget(name: $0, dependencies: [.product(name: "BigEggs", package: "BigEggs")])
    }
)
