// swift-tools-version: 6.2
import PackageDescription

/// The processor that is compiled for, as clang names it: the one at hand unless `BIGEGGS_MARCH` says another.
let processor = Context.environment["BIGEGGS_MARCH"] ?? "native"

/// The training library is compiled for one processor: its own passes over activations then use the widest
/// vectors there are (`SIMD16<Float>` becomes AVX-512).
/// A processor with less ends with a message: CBuildProcessor says what the build used, and
/// CProcessorCheck, compiled for any, looks for it before anything else runs.
/// `-O` in debug keeps a plain `swift run` of a section usable.
let librarySettings: [SwiftSetting] = [
    .unsafeFlags(["-Xcc", "-march=\(processor)"]),
    .unsafeFlags(["-O"], .when(configuration: .debug)),
]

/// The numbered sections of the report in its order, each an executable of its own. This is the only list of them:
/// CSections tells it to the programs.
let sections = [
    "01-data", "02-normalization", "03-augmentation", "04-plain-training",
    "05-augmented-training", "06-results", "07-demo", "08-beyond", "09-fast",
]

let package = Package(
    name: "BigEggs",
    products: [
        .library(name: "BigEggs", targets: ["BigEggs"]),
        .library(name: "TensorBoard", targets: ["TensorBoard"]),
        .library(name: "ONNX", targets: ["ONNX"]),
        .library(name: "bigeggs_c", type: .dynamic, targets: ["BigEggsABI"]),
        .executable(name: "bigeggs", targets: ["CommandLine"]),
    ],
    traits: [
        .default(enabledTraits: ["Downloads"]),
        .trait(
            name: "Downloads",
            description:
                "Fetch data sets with URLSession; without, the library needs no more of Foundation than its essentials"
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Without its traits, whose order changes from one `swift build` to the next, which then compiles it and all
        // that uses it again.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CGOMP", providers: [.apt(["libgomp1"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Python itself is loaded when it is first called.
        .target(name: "CPython"),
        .target(name: "CBigEggs"),
        // What needs C about processes.
        .target(name: "CProcess"),
        .target(
            name: "CSections",
            cSettings: [.define("REPORT_SECTIONS", to: "\"\(sections.joined(separator: " "))\"")]),
        .target(name: "CBuildProcessor", cSettings: [.unsafeFlags(["-march=\(processor)"])]),
        .target(name: "CProcessorCheck", dependencies: ["CBuildProcessor"]),
        // Only with -O3 do the sums over rows become the processor's vectors.
        .target(
            name: "CPictures", dependencies: ["CJPEG"],
            cSettings: [.unsafeFlags(["-O3", "-march=\(processor)"])]),
        // Not for a processor: each kernel is compiled for several instruction sets, one of which is chosen at run time.
        // Only optimised do the entries become what they are for.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O2"])]),
        // mpi.c needs MPI's header, which is not everywhere: `make mpi` compiles it into a library of its own.
        .target(name: "CMessagePassing", exclude: ["mpi.c"]),
        .target(name: "MessagePassing", dependencies: ["CMessagePassing"], swiftSettings: librarySettings),
        .target(
            name: "BigEggs",
            dependencies: [
                "MessagePassing", "COneDNN", "CGOMP", "CKernels", "CArchive", "CZlib", "CCrypto",
                "CProcessorCheck",
            ],
            swiftSettings: librarySettings),
        .target(
            name: "TensorBoard",
            dependencies: ["BigEggs", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Protobuf/summary.proto", "Protobuf/generate"]),
        .target(
            name: "ONNX",
            dependencies: ["BigEggs", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Protobuf/onnx.proto", "Protobuf/generate"]),
        .target(
            name: "BigEggsABI", dependencies: ["BigEggs", "MessagePassing", "ONNX", "CBigEggs"],
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]),
        .target(name: "EmbeddedPython", dependencies: ["CPython"]),
        .target(name: "Pictures", dependencies: ["BigEggs", "CPictures", "EmbeddedPython"]),
        .target(
            name: "Reporting",
            dependencies: [
                "BigEggs", "BigEggsABI", "EmbeddedPython", "MessagePassing", "Pictures", "TensorBoard",
                "CProcess", "CSections",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "CommandLine",
            dependencies: [
                "BigEggs", "CBigEggs", "EmbeddedPython", "MessagePassing", "ONNX", "Pictures", "Reporting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "BigEggsTests", dependencies: ["BigEggs", "CKernels"], resources: [.copy("Fixtures")]),
        .testTarget(name: "MessagePassingTests", dependencies: ["MessagePassing"]),
        .testTarget(
            name: "BigEggsABITests", dependencies: ["BigEggsABI", "BigEggs", "CBigEggs", "EmbeddedPython"]),
        .executableTarget(name: "PythonProbe", dependencies: ["EmbeddedPython"], path: "Tests/PythonProbe"),
        .testTarget(name: "EmbeddedPythonTests", dependencies: ["EmbeddedPython", "PythonProbe"]),
        .testTarget(name: "PicturesTests", dependencies: ["Pictures", "BigEggs", "EmbeddedPython"]),
        .testTarget(
            name: "TensorBoardTests", dependencies: ["TensorBoard", "BigEggs"],
            resources: [.copy("read_events.py"), .copy("reference_reader.py")]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting", "BigEggs"]),
        .testTarget(name: "CommandLineTests", dependencies: ["CommandLine", "BigEggs"]),
    ]
        + sections.map { section in
            .executableTarget(
                name: section, dependencies: ["BigEggs", "Reporting"], path: "notebooks/\(section)")
        }
)

// `make docs` alone needs the tool that writes them.
if Context.environment["BIGEGGS_DOCS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
