// swift-tools-version: 6.2
import PackageDescription

/// The processor to compile for, by clang's name: `BIGEGGS_MARCH`, or by default this machine's processor.
let processor = Context.environment["BIGEGGS_MARCH"] ?? "native"

/// The training library is compiled for one processor, so that its loops over activations use the widest
/// vectors of that processor (`SIMD16<Float>` becomes AVX-512).
/// On a processor that lacks features of the build, programs end with a message: CBuildProcessor lists the
/// features of the build, and CProcessorCheck, compiled for any x86-64 processor, looks for them before
/// anything else runs.
/// Debug builds have `-O`, too, because a section is too slow without it.
let librarySettings: [SwiftSetting] = [
    .unsafeFlags(["-Xcc", "-march=\(processor)"]),
    .unsafeFlags(["-O"], .when(configuration: .debug)),
]

/// The numbered sections of the report, in order; each is an executable. The list is written only here:
/// programs get it from CSections.
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
        // Without traits: their order changes from one `swift build` to the next, and each build would
        // compile the package and all that uses it again.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CGOMP", providers: [.apt(["libgomp1"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // The Python library is loaded when it is first called, not linked.
        .target(name: "CPython"),
        .target(name: "CBigEggs"),
        // Functions about processes that Swift cannot call, or that must be written in C.
        .target(name: "CProcess"),
        .target(
            name: "CSections",
            cSettings: [.define("REPORT_SECTIONS", to: "\"\(sections.joined(separator: " "))\"")]),
        .target(name: "CBuildProcessor", cSettings: [.unsafeFlags(["-march=\(processor)"])]),
        .target(name: "CProcessorCheck", dependencies: ["CBuildProcessor"]),
        // Only -O3 vectorizes the sums over rows.
        .target(
            name: "CPictures", dependencies: ["CJPEG"],
            cSettings: [.unsafeFlags(["-O3", "-march=\(processor)"])]),
        // Without -march: each kernel is compiled for several instruction sets; one is chosen at run time.
        // Only with optimization is the shared code inlined into the function of each set, with constant
        // arguments.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O2"])]),
        // mpi.c needs MPI's header, which many machines lack: `make mpi` compiles it into a separate library.
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

// The documentation generator, which only `make docs` needs.
if Context.environment["BIGEGGS_DOCS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
