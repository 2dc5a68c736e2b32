/// The score of one image.
struct ImageScore: BitwiseCopyable {
    let loss: Double
    /// Whether the largest logit is the label's.
    let isRight: Bool
    /// How many logits are larger than the label's; `Int32.max` if the label's is not finite.
    let larger: Int32
}

/// Sums over the images of a batch.
struct BatchScore {
    var images = 0
    var loss = 0.0
    /// Images whose largest logit is the label's.
    var right = 0
    /// For each requested k, the images whose label is among the k largest logits.
    var amongTopK: [Int] = []

    /// - Parameter topK: each k for which to count the images whose label is among the k largest logits.
    init(_ scores: some Collection<ImageScore>, topK: [Int]) {
        images = scores.count
        for score in scores {
            loss += score.loss
            if score.isRight { right += 1 }
        }
        amongTopK = topK.map { k in scores.count { $0.larger < k } }
    }
}
