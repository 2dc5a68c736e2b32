import BigEggs
import Reporting

/// What `bigeggs train` writes beside the weights: enough to say what they are and to train them again.
struct TrainingRecord: Encodable {
    let data: Source
    let settings: Settings
    let engine: EngineDescription
    let results: TrainingResults

    /// The data set by name and content; its place on this machine is nobody else's business.
    struct Source: Encodable {
        let name, file, checksum: String
        let isOfficial, isStandIn: Bool

        init(_ provenance: DataProvenance) {
            name = provenance.name
            file = provenance.file
            checksum = provenance.checksum
            isOfficial = provenance.isOfficial
            isStandIn = provenance.isStandIn
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
