/// What the name of a folder says of the use of its pictures: `train`, `Testing`, `val_images`, `seg_train`.
struct SplitName: Equatable {
    /// What pictures are used for.
    enum Use: String { case training, test, validation }

    let use: Use
    /// The words of the name that say nothing of the use: `seg` of `seg_train`. A name with some means a split
    /// only beside one with the same for another use: `bullet_train` is a train.
    let others: [String]
    /// Whether the word is also that of a thing, which may be a class.
    let mayBeThing: Bool

    /// The words for each use.
    private static let words: [String: Use] = [
        "train": .training, "training": .training, "trainval": .training,
        "test": .test, "testing": .test,
        "val": .validation, "valid": .validation, "validation": .validation, "validate": .validation,
        "dev": .validation,
    ]
    /// Trains and training sessions are things, and pictures may be valid or invalid.
    private static let things: Set = ["train", "training", "valid"]
    /// What is added to these words and means nothing: `train_set`, `testdata`, `val2017`.
    private static let fillers: Set = [
        "set", "data", "dataset", "images", "img", "imgs", "pictures", "photos",
    ]

    /// The meaning of a name that has one.
    init?(_ name: String) {
        let words = Self.words(of: name).flatMap(Self.parts)
        let uses = words.compactMap { Self.words[$0] }
        // Training and validation together are both what is learnt from; other pairs mean nothing.
        guard let use = uses.first, Set(uses).isSubset(of: [.training, .validation]) || Set(uses).count == 1
        else { return nil }
        self.use = uses.contains(.training) ? .training : use
        others = words.filter { Self.words[$0] == nil && !Self.fillers.contains($0) }
        mayBeThing = words.count == 1 && Self.things.contains(words[0])
    }

    /// The letters of a name in lower case, parted at other characters and before capitals: `trainA` is train, a.
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

    /// `trainset` is train, set.
    private static func parts(of word: String) -> [String] {
        for filler in fillers
        where word.hasSuffix(filler) && words[String(word.dropLast(filler.count))] != nil {
            return [String(word.dropLast(filler.count)), filler]
        }
        return [word]
    }
}
