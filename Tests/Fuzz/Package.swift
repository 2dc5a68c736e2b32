// swift-tools-version: 6.2
import PackageDescription

/// The fuzzer is a separate package, so the ordinary build does not include it. `make fuzz` builds it with
/// sanitizers.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "BigEggs", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CFuzzer", .product(name: "BigEggs", package: "BigEggs")]),
    ]
)
