/// Findings about a usable directory of pictures.
public struct PictureFindings: Sendable, Equatable, Encodable {
    /// A class with few pictures.
    public struct SmallClass: Sendable, Equatable, Encodable {
        public let name: String
        /// The number of training pictures.
        public let train: Int
    }

    /// Groups of files with the same content, by their names in the directory.
    public let copies: [[String]]
    /// The groups of ``copies`` with files in both splits: testing then includes pictures that were trained on.
    public let copiesInBothSplits: [[String]]
    /// The groups of ``copies`` with files in several classes.
    public let copiesInSeveralClasses: [[String]]
    /// The classes with fewer than ``few`` training pictures.
    public let smallClasses: [SmallClass]
    /// The number of pictures that are enlarged, because their shorter side has fewer pixels than the images.
    public let enlarged: Int
    /// The least and greatest shorter side of the pictures, in pixels.
    public let leastSide, greatestSide: Int
    private let imageSize: Int

    private enum CodingKeys: String, CodingKey {
        case copies, copiesInBothSplits, copiesInSeveralClasses, smallClasses, enlarged, leastSide,
            greatestSide
    }

    /// A class with fewer training pictures than this is hard to learn.
    public static let few = 20

    /// - Parameters:
    ///   - train, test: the indices of the files that are used.
    ///   - files: the results for all files.
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

    /// A sentence with the pictures' sizes, then one for each finding that needs attention.
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
