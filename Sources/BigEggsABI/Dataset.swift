import BigEggs
import CBigEggs

/// A data set with a handle.
final class Dataset: NamedByHandle {
    static let kind = "a data set"

    /// One split of the data set, with its images and labels at fixed addresses, so that callers can be given views.
    struct Split: Sendable {
        let dataset: ImageDataset
        let images: Pinned<UInt8>
        let labels: Pinned<Int32>

        init(_ dataset: ImageDataset) {
            self.dataset = dataset
            images = Pinned(dataset.images)
            labels = Pinned(dataset.labels.values)
        }
    }

    let train, test: Split
    let provenance: DataProvenance
    let texts = Texts()

    init(_ loaded: LoadedDataset) {
        train = Split(loaded.train)
        test = Split(loaded.test)
        provenance = loaded.provenance
    }

    func split(_ split: be_split) throws -> Split {
        switch split {
        case BE_TRAIN: train
        case BE_TEST: test
        default:
            throw Failure.invalidArgument("there is no split \(split.rawValue): BE_TRAIN is 0, BE_TEST 1")
        }
    }
}

/// Gives a data set a handle, so that Python can use it without loading it again.
///
/// - Returns: a handle for `be_dataset_…`; release it with ``releaseHandle(_:)``.
public func registerDataset(_ dataset: LoadedDataset) -> UInt64 {
    let object = Dataset(dataset)
    return HandleTable.shared.withLock { $0.insert(object) }
}

/// Releases a handle. An invalid handle is ignored.
public func releaseHandle(_ handle: UInt64) { _ = be_release(handle) }
