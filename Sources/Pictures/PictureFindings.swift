/// What is odd in a directory of pictures that can be used all the same.
public struct PictureFindings: Sendable, Equatable, Encodable {
    /// A class with few pictures.
    public struct SmallClass: Sendable, Equatable, Encodable {
        public let name: String
        /// How many are for training.
        public let train: Int
    }

    /// Files that have the same content, by their names in the directory.
    public let copies: [[String]]
    /// Those of ``copies`` of which one is for training and another for testing: what is tested was learnt.
    public let copiesInBothSplits: [[String]]
    /// Those of ``copies`` that are in several classes.
    public let copiesInSeveralClasses: [[String]]
    /// The classes with fewer than ``few`` pictures for training.
    public let smallClasses: [SmallClass]
    /// How many pictures have a shorter side of fewer pixels than the images, and are enlarged.
    public let enlarged: Int
    /// The pixels of the shorter side, of the smallest picture and of the largest.
    public let leastSide, greatestSide: Int
    private let imageSize: Int

    private enum CodingKeys: String, CodingKey {
        case copies, copiesInBothSplits, copiesInSeveralClasses, smallClasses, enlarged, leastSide,
            greatestSide
    }

    /// Fewer training pictures of a class than this are hard to learn from.
    public static let few = 20

    /// - Parameters:
    ///   - train, test: the places of the files that are used.
    ///   - files: by all files' places.
    init(
        _ listing: FolderListing, train: [Int], test: [Int], _ files: [PictureDecoder.File], imageSize: Int
    ) {
        self.imageSize = imageSize
        let used = (train + test).sorted()
        let groups = Dictionary(grouping: used.filter { files[$0].digest != nil }) { files[$0].digest }
            .values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        let tested = Set(test)
        func named(_ groups: [[Int]]) -> [[String]] { groups.map { $0.map { listing.files[$0].name.text } } }
        copies = named(groups)
        copiesInBothSplits = named(groups.filter { Set($0.map(tested.contains)).count > 1 })
        copiesInSeveralClasses = named(groups.filter { Set($0.map { listing.files[$0].label }).count > 1 })
        var counts = listing.classNames.map { _ in 0 }
        for file in train { counts[listing.files[file].label] += 1 }
        smallClasses = zip(listing.classNames, counts).filter { $1 < Self.few }
            .map { SmallClass(name: $0, train: $1) }
        let sides = used.map { files[$0].shorterSide }
        enlarged = sides.count { $0 < imageSize }
        leastSide = sides.min() ?? 0
        greatestSide = sides.max() ?? 0
    }

    /// The same in sentences, without what is as it should be.
    public var sentences: [String] {
        var sentences = [
            "The pictures' shorter sides have \(leastSide)\(leastSide < greatestSide ? " to \(greatestSide)" : "") pixels"
                + (enlarged > 0
                    ? "; \(Self.pictures(enlarged)) fewer than \(imageSize) and \(enlarged == 1 ? "is" : "are") enlarged."
                    : ".")
        ]
        if let first = copies.first {
            let extra = copies.map { $0.count - 1 }.reduce(0, +)
            sentences.append(
                "\(Self.pictures(extra)) the content of another one, such as \(first[1]) and \(first[0]).")
        }
        if let first = copiesInBothSplits.first {
            sentences.append(
                "Copies are for training and for testing, such as \(first.listed): the test accuracy will be too good. "
                    + "Remove one side.")
        }
        if let first = copiesInSeveralClasses.first {
            sentences.append("Copies are in several classes, such as \(first.listed). Remove the wrong one.")
        }
        if !smallClasses.isEmpty {
            let named = smallClasses.map { "\($0.name) (\($0.train))" }
            sentences.append("Few pictures for training, hard to learn from: \(named.listed).")
        }
        return sentences
    }

    private static func pictures(_ count: Int) -> String {
        count == 1 ? "1 picture has" : "\(count) pictures have"
    }
}
