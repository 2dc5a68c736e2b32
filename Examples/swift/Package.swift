// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Train",
    dependencies: [.package(name: "BigEggs", path: "../..")],
    targets: [.executableTarget(name: "Train", dependencies: [.product(name: "BigEggs", package: "BigEggs")])]
)
