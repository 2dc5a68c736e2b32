import BigEggs

/// The division of a directory's files into training and testing.
struct FolderDivision {
    /// For each class, the indices of its training pictures in ``FolderListing/files``.
    private let train: [[Int]]
    /// For each class, the indices of its test pictures.
    private let test: [[Int]]
    private let listing: FolderListing

    /// Divides files by their folders or, with a validation split, draws a share of each class by seed and file name.
    ///
    /// - Throws: ``PictureFolderError/tooFew(name:count:share:)``.
    init(_ listing: FolderListing, _ options: PictureFolder.Options) throws {
        var train: [[Int]] = listing.classNames.map { _ in [] }
        var test = train
        for file in listing.files.indices {
            let (label, split) = (listing.files[file].label, listing.files[file].split)
            if split == .test { test[label].append(file) } else { train[label].append(file) }
        }
        if let share = options.validationSplit {
            for label in train.indices {
                let all = train[label]
                let testing = Int((Double(all.count) * share).rounded())
                guard testing > 0, testing < all.count else {
                    throw PictureFolderError.tooFew(
                        name: listing.classNames[label], count: all.count, share: share)
                }
                let drawn = Set(try Self.ranked(all, listing, seed: options.splitSeed).prefix(testing))
                train[label] = all.filter { !drawn.contains($0) }
                test[label] = all.filter(drawn.contains)
            }
        }
        (self.train, self.test, self.listing) = (train, test, listing)
    }

    /// The checksum of the names and contents of both splits' files, usable or not. The same division has the
    /// same checksum, whether it comes from folders or from a validation split.
    ///
    /// - Parameter digests: the SHA-256 of each file; nil for one that cannot be read.
    func checksum(_ digests: [String?]) throws -> String {
        let lines = [("train", train), ("test", test)].flatMap { split, classes in
            classes.joined().map { file in
                let outer = listing.files[file].split == nil ? "\(split)/" : ""
                return Array("\(digests[file] ?? "unreadable") \(outer)".utf8)
                    + listing.files[file].name.bytes
                    + Array("\n".utf8)
            }
        }
        // A list of class names changes the data set, so it changes the checksum.
        let names = listing.givenNames.map { Array("class \($0) \($1)\n".utf8) }
        return "sha256:" + (try Checksum.sha256(ofBytes: Array((lines + names).joined())))
    }

    /// The usable files of both splits, in the order of use.
    ///
    /// - Parameter unusable: files to leave out.
    /// - Throws: ``PictureFolderError`` if a class has no usable training picture, or no class has a usable test
    ///   picture.
    func files(leavingOut unusable: Set<Int>) throws -> (train: [Int], test: [Int]) {
        let train = train.map { $0.filter { !unusable.contains($0) } }
        if let label = train.firstIndex(where: \.isEmpty) {
            throw PictureFolderError.nothingUsable(name: listing.classNames[label])
        }
        let test = test.map { $0.filter { !unusable.contains($0) } }
        guard test.contains(where: { !$0.isEmpty }) else {
            throw PictureFolderError.noTest(path: listing.path)
        }
        return (Self.takingTurns(train), Self.takingTurns(test))
    }

    /// Files in an order that depends only on the seed and each file's name. Files that are added later therefore move
    /// few other files to the other split.
    private static func ranked(_ files: [Int], _ listing: FolderListing, seed: UInt64) throws -> [Int] {
        try files.map {
            ($0, try Checksum.sha256(ofBytes: Array("\(seed)/".utf8) + listing.files[$0].name.bytes))
        }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map { $0.0 }
    }

    /// All classes' files in one list, interleaved: each class has about its share of the first `n` files.
    private static func takingTurns(_ classes: [[Int]]) -> [Int] {
        classes.enumerated().flatMap { label, files in
            files.enumerated().map { turn, file in
                (at: (Double(turn) + 0.5) / Double(files.count), label: label, file: file)
            }
        }.sorted { ($0.at, $0.label) < ($1.at, $1.label) }.map { $0.file }
    }
}
