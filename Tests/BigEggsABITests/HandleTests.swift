import BigEggs
import BigEggsABI
import CBigEggs
import Testing

/// Two images of 2×2 pixels with three channels, for the tests' handles.
func smallDataset() throws -> LoadedDataset {
    let images = try ImageDataset(
        images: [UInt8](0..<24), labels: Labels([0, 1], asColumn: true), imageShape: [2, 2, 3],
        classNames: ["egg", "hen"])
    return LoadedDataset(
        train: images, test: images[1..<2],
        provenance: DataProvenance(
            name: "Eggs", path: "eggs", checksum: "md5:0", isOfficial: false, isStandIn: false))
}

private func count(_ handle: UInt64, _ split: be_split = BE_TRAIN) -> (status: be_status, count: Int64) {
    var count: Int64 = -1
    return (be_dataset_count(handle, split, &count), count)
}

@Suite struct HandleTests {
    @Test func aRegisteredDatasetIsFoundByItsHandle() throws {
        let handle = registerDataset(try smallDataset())
        defer { releaseHandle(handle) }
        #expect(count(handle) == (BE_OK, 2))
        #expect(count(handle, BE_TEST) == (BE_OK, 1))
    }

    @Test func aReleasedHandleStaysInvalidWhenItsSlotIsReused() throws {
        var former: Set<UInt64> = []
        for _ in 0..<100 {
            let handle = registerDataset(try smallDataset())
            #expect(!former.contains(handle))
            former.insert(handle)
            #expect(be_release(handle) == BE_OK)
            #expect(be_release(handle) == BE_INVALID_HANDLE)
        }
        let living = registerDataset(try smallDataset())
        defer { releaseHandle(living) }
        for handle in former { #expect(count(handle) == (BE_INVALID_HANDLE, -1)) }
        #expect(count(living) == (BE_OK, 2))
    }

    @Test func aDuplicateHandleOutlivesTheOriginal() throws {
        let first = registerDataset(try smallDataset())
        var second: be_handle = 0
        #expect(be_duplicate(first, &second) == BE_OK)
        #expect(second != first)
        var before = be_array(), after = be_array()
        #expect(be_dataset_images(first, BE_TRAIN, &before) == BE_OK)
        // Releasing the first handle twice does not free the object of the second.
        #expect(be_release(first) == BE_OK)
        #expect(be_release(first) == BE_INVALID_HANDLE)
        #expect(be_dataset_images(second, BE_TRAIN, &after) == BE_OK)
        #expect(after.data == before.data)
        #expect(after.data.load(fromByteOffset: 23, as: UInt8.self) == 23)
        #expect(be_release(second) == BE_OK)
    }

    @Test func releasingAnInvalidHandleIsNoError() {
        releaseHandle(0)
        releaseHandle(.max)
    }

    @Test func handlesOfConcurrentThreadsDoNotInterfere() async throws {
        let dataset = try smallDataset()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<500 {
                        let handle = registerDataset(dataset)
                        var duplicate: be_handle = 0
                        guard be_duplicate(handle, &duplicate) == BE_OK, be_release(handle) == BE_OK,
                            count(handle).status == BE_INVALID_HANDLE, count(duplicate) == (BE_OK, 2),
                            be_release(duplicate) == BE_OK
                        else { return false }
                    }
                    return true
                }
            }
            for await right in group { #expect(right) }
        }
    }
}

@Suite struct FaultTests {
    @Test func aFailureLeavesOutputsUnchangedAndSetsTheLastError() throws {
        let handle = registerDataset(try smallDataset())
        defer { releaseHandle(handle) }
        var name: UnsafePointer<CChar>?
        #expect(be_dataset_class_name(handle, 2, &name) == BE_NOT_FOUND)
        #expect(name == nil)
        #expect(String(cString: be_last_error()) == "there is no class 2: there are 2, counted from 0")
        // A success does not change the last error.
        #expect(be_dataset_class_name(handle, 1, &name) == BE_OK)
        #expect(name.map { String(cString: $0) } == "hen")
        #expect(String(cString: be_last_error()) == "there is no class 2: there are 2, counted from 0")
    }

    @Test func invalidArgumentsAreRefused() throws {
        let handle = registerDataset(try smallDataset())
        defer { releaseHandle(handle) }
        #expect(count(handle, be_split(rawValue: 7)).status == BE_INVALID_ARGUMENT)

        var pixels = [Float](repeating: -1, count: 12)
        var transform = be_transform(
            theta: 0, tx: 0, ty: 0, shear: 0, zx: 1, zy: 1, flip_horizontal: 1, flip_vertical: 0,
            fill_mode: BE_FILL_NEAREST, cval: 0)
        #expect(be_dataset_augment(handle, BE_TRAIN, 0, &transform, &pixels, 11) == BE_INVALID_ARGUMENT)
        #expect(be_dataset_augment(handle, BE_TRAIN, 0, &transform, &pixels, -1) == BE_INVALID_ARGUMENT)
        #expect(be_dataset_augment(handle, BE_TRAIN, .min, &transform, &pixels, 12) == BE_NOT_FOUND)
        #expect(be_dataset_augment(handle, BE_TEST, 1, &transform, &pixels, 12) == BE_NOT_FOUND)
        transform.zy = .infinity
        #expect(be_dataset_augment(handle, BE_TRAIN, 0, &transform, &pixels, 12) == BE_INVALID_ARGUMENT)
        transform.zy = 1
        transform.fill_mode = be_fill_mode(rawValue: 4)
        #expect(be_dataset_augment(handle, BE_TRAIN, 0, &transform, &pixels, 12) == BE_INVALID_ARGUMENT)
        #expect(pixels.allSatisfy { $0 == -1 })

        transform.fill_mode = BE_FILL_WRAP
        #expect(be_dataset_augment(handle, BE_TRAIN, 0, &transform, &pixels, 12) == BE_OK)
        #expect(pixels == [3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8])
    }

    @Test func anEmptySplitIsAnArrayWithoutElements() throws {
        var dataset = try smallDataset()
        dataset.test = dataset.test[0..<0]
        let handle = registerDataset(dataset)
        defer { releaseHandle(handle) }
        var images = be_array()
        #expect(be_dataset_images(handle, BE_TEST, &images) == BE_OK)
        #expect(images.rank == 4 && images.shape.0 == 0 && images.shape.1 == 2 && images.shape.4 == 0)
    }

    @Test func theABIVersionMatchesTheHeader() { #expect(be_abi_version() == BE_ABI_VERSION) }
}
