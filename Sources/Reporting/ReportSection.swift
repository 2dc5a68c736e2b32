/// The sections of the report, in its order. A section's raw value names its executable, its record and
/// its notebook.
public enum ReportSection: String, CaseIterable, Sendable {
    /// The data set: counts, classes, samples.
    case data = "01-data"
    /// Pixels from [0, 255] to [0, 1] and labels from a column to a vector.
    case normalization = "02-normalization"
    /// Random changes to the training images.
    case augmentation = "03-augmentation"
    /// The network, trained on the images as they are.
    case plainTraining = "04-plain-training"
    /// The same network, trained on augmented images.
    case augmentedTraining = "05-augmented-training"
    /// Plain against augmented.
    case results = "06-results"
    /// Test images predicted one by one.
    case demo = "07-demo"
    /// What the report's recipe gives with other seeds, and what it takes to do better.
    case beyond = "08-beyond"

    /// The name of the section's executable, record and notebook.
    public var name: String { rawValue }

    /// The section's heading.
    public var title: String {
        switch self {
        case .data: "The data"
        case .normalization: "Normalization"
        case .augmentation: "Augmentation"
        case .plainTraining: "Plain training"
        case .augmentedTraining: "Augmented training"
        case .results: "Results"
        case .demo: "Demonstration"
        case .beyond: "Beyond the report"
        }
    }

    /// What the section shows, as one sentence.
    public var summary: String {
        switch self {
        case .data: "Counts the images of each class and shows some of them."
        case .normalization:
            "Brings pixels to [0, 1] and labels into a vector, and measures what that changes."
        case .augmentation: "Turns, zooms and shifts training images at random, each alone and all together."
        case .plainTraining: "Trains the network on the images as they are and finds where it overfits."
        case .augmentedTraining: "Trains the same network on augmented images."
        case .results: "Compares the two trained networks on the test images."
        case .demo: "Predicts 25 test images one by one and looks at birds that pass for airplanes."
        case .beyond: "Says what the study found: other seeds, held-out images, and what 0.9 takes."
        }
    }

    /// The options that make no difference to the section: epochs where nothing is trained, precision and
    /// threads where there is no network.
    var indifferentOptions: Set<String> {
        switch self {
        case .data, .augmentation, .beyond: ["--epochs", "--precision", "--threads"]
        case .results, .demo: ["--epochs"]
        case .normalization, .plainTraining, .augmentedTraining: []
        }
    }

    /// The section that comes after this one.
    public var next: ReportSection? {
        let all = ReportSection.allCases
        return all.firstIndex(of: self).flatMap { $0 + 1 < all.count ? all[$0 + 1] : nil }
    }

    /// The section with a name, or with its number: `04-plain-training`, `04` or `4`.
    public init?(argument: String) {
        let found = ReportSection.allCases.first { section in
            let number = section.rawValue.prefix(2)
            return argument == section.rawValue || argument == number || "0\(argument)" == number
        }
        guard let found else { return nil }
        self = found
    }
}
