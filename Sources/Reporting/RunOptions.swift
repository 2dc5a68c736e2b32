import ArgumentParser

/// How a section runs; none of these options affects its results.
public struct RunOptions: ParsableArguments {
    @Flag(help: "Stop at each cell, show its text, and wait for Enter.")
    public var pause = false
    @OptionGroup public var resumption: ResumeOptions

    public init() {}

    /// The options as arguments for another section.
    var arguments: [String] {
        [(pause, "--pause"), (resumption.resume, "--resume"), (resumption.restart, "--restart")]
            .filter(\.0).map(\.1)
    }
}
