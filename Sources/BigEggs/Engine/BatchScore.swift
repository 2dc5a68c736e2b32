/// The score of one image.
struct ImageScore: BitwiseCopyable {
    let loss: Double
    /// Whether the label's logit is the largest; among equal logits, the first counts as the largest.
    let isRight: Bool
    /// The number of logits larger than the label's logit; `Int32.max` if the label's logit is not finite.
    let larger: Int32
}

/// Sums over the images of a batch.
struct BatchScore {
    var images = 0
    var loss = 0.0
    /// The number of images whose largest logit is the label's logit.
    var right = 0
    /// For each requested k, the number of images whose label's logit is among the k largest.
    var amongTopK: [Int] = []

    /// - Parameter topK: each k for which to count the images whose label's logit is among the k largest.
    init(_ scores: some Collection<ImageScore>, topK: [Int]) {
        images = scores.count
        for score in scores {
            loss += score.loss
            if score.isRight { right += 1 }
        }
        amongTopK = topK.map { k in scores.count { $0.larger < k } }
    }
}
