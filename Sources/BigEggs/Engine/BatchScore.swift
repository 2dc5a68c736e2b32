/// Sums over the images of a batch.
struct BatchScore {
    var images = 0
    var loss = 0.0
    /// Images whose largest logit is the label's.
    var right = 0
    /// Images whose label is among the largest logits, for each number of these that was asked for.
    var amongTopK: [Int] = []
}
