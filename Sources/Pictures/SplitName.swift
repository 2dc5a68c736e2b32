/// The use of a folder's pictures according to its name: `train`, `Testing`, `val_images`, `seg_train`.
struct SplitName: Equatable {
    /// A use of pictures.
    enum Use: String { case training, test, validation }

    let use: Use
    /// The other words of the name: `seg` of `seg_train`.
    ///
    /// A folder with such words is a split only if another folder has the same words and a different use: `seg_train`
    /// beside `seg_test` is a split, `bullet_train` alone is a class.
    let others: [String]
    /// Whether the name is also an ordinary word, and may be a class.
    let mayBeThing: Bool

    /// The words for each use.
    private static let words: [String: Use] = [
        "train": .training, "training": .training, "trainval": .training,
        "test": .test, "testing": .test,
        "val": .validation, "valid": .validation, "validation": .validation, "validate": .validation,
        "dev": .validation,
    ]
    /// Words that may also name classes: trains, training sessions, valid and invalid pictures.
    private static let things: Set = ["train", "training", "valid"]
    /// Words that do not change the meaning, as in `train_set` and `testdata`.
    private static let fillers: Set = [
        "set", "data", "dataset", "images", "img", "imgs", "pictures", "photos",
    ]

    /// Reads a name; nil if the name does not suggest a use.
    init?(_ name: String) {
        let words = Self.words(of: name).flatMap(Self.parts)
        let uses = words.compactMap { Self.words[$0] }
        // A name with words for training and for validation is for training; other combinations have no meaning.
        guard let use = uses.first, Set(uses).isSubset(of: [.training, .validation]) || Set(uses).count == 1
        else { return nil }
        self.use = uses.contains(.training) ? .training : use
        others = words.filter { Self.words[$0] == nil && !Self.fillers.contains($0) }
        mayBeThing = words.count == 1 && Self.things.contains(words[0])
    }

    /// The words of a name in lower case, split at characters that are not letters and before capitals: `trainA` is
    /// train, a.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var before: Character = " "
        for character in name {
            if character.isLetter {
                if !before.isLetter || (before.isLowercase && character.isUppercase) { words.append("") }
                words[words.count - 1] += character.lowercased()
            }
            before = character
        }
        return words
    }

    /// Splits off a filler: `trainset` is train, set.
    private static func parts(of word: String) -> [String] {
        for filler in fillers
        where word.hasSuffix(filler) && words[String(word.dropLast(filler.count))] != nil {
            return [String(word.dropLast(filler.count)), filler]
        }
        return [word]
    }
}
