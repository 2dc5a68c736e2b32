import BigEggs
import Pictures
import Reporting

/// What `bigeggs train` writes beside the weights: enough to say what they are and to train them again.
struct TrainingRecord: Encodable {
    let plan: Plan
    let engine: EngineDescription
    let results: TrainingResults

    enum CodingKeys: String, CodingKey { case data, settings, engine, results }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plan.data, forKey: .data)
        try container.encode(plan.settings, forKey: .settings)
        try container.encode(engine, forKey: .engine)
        try container.encode(results, forKey: .results)
    }

    /// What is known before the training.
    struct Plan {
        let data: Source
        let settings: Settings

        /// Whether a record is of a training with this plan, run as the model would run it.
        func describes(_ record: Record?, by model: Sequential) throws -> Bool {
            let engine = model.engineDescription
            return try record?["data"] == Record(encoding: data)
                && record?["settings"] == Record(encoding: settings)
                && record?[path: "engine.precision"]?.string == engine.precision.rawValue
                && record?[path: "engine.instructionSet"]?.string == engine.instructionSet
        }
    }

    /// The data set by name and content; its place on this machine is nobody else's business.
    struct Source: Encodable {
        let name, file, checksum: String
        let isOfficial, isStandIn: Bool
        /// How own pictures were divided; nil for a data set that comes divided.
        let statement: String?

        init(_ provenance: DataProvenance) {
            name = provenance.name
            file = provenance.file
            checksum = provenance.checksum
            isOfficial = provenance.isOfficial
            isStandIn = provenance.isStandIn
            statement = provenance.isOwn ? provenance.statement : nil
        }
    }

    /// What the training was asked for.
    struct Settings: Encodable {
        let report: ReportSettings
        let seed: UInt64
        let threads, trainImages: Int
        let generator: ImageDataGenerator?
    }
}
