import Glibc

/// Softmax, sparse categorical cross-entropy and its gradient, computed from the logits.
///
/// The loss of an image is −log softmax(logits)[label]. It is computed from the logits minus their maximum, as in Keras
/// when a softmax layer feeds the loss: no probability is clipped, and large logits do not overflow. The gradient is
/// (softmax − target) / batch. The target is the one-hot label; label smoothing spreads a share of it evenly over all
/// classes.
/// Source: https://keras.io/api/losses/probabilistic_losses/
enum SoftmaxCrossentropy {
    /// Replaces logits, `[count, classes]`, by probabilities.
    static func probabilities(_ logits: UnsafeMutablePointer<Float>, count: Int, classes: Int) {
        for row in 0..<count {
            let values = logits + row * classes
            let total = exponentials(values, classes)
            for index in 0..<classes { values[index] /= total }
        }
    }

    /// The loss of each image, whether the label's logit is the largest, and how many logits are larger.
    ///
    /// - Parameters:
    ///   - logits: `[count, classes]`.
    ///   - labels: one for each image.
    ///   - smoothing: the share of each label that is spread over all classes.
    static func evaluate(
        _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int,
        smoothing: Float
    ) -> [ImageScore] {
        (0..<count).map { row in
            let values = logits + row * classes
            let label = Int(labels[row])
            let largest = maximum(values, classes)
            var total: Float = 0
            for index in 0..<classes { total += exp(values[index] - largest.value) }
            var expected = values[label] - largest.value
            if smoothing > 0 {
                var mean: Float = 0
                for index in 0..<classes { mean += values[index] - largest.value }
                expected = (1 - smoothing) * expected + smoothing * mean / Float(classes)
            }
            return ImageScore(
                loss: Double(log(total) - expected), isRight: largest.index == label,
                larger: largerLogits(than: label, values, classes).map(Int32.init) ?? .max)
        }
    }

    /// The gradient of the batch's mean loss with respect to the logits, in the precision of activations.
    ///
    /// - Parameter batch: the number of images in the whole batch; `logits` has `count` of them.
    static func gradient<Element: ActivationElement>(
        _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int,
        batch: Int, smoothing: Float, into gradient: UnsafeMutablePointer<Element>
    ) {
        let scale = 1 / Float(batch)
        let (off, on) = (smoothing / Float(classes), 1 - smoothing + smoothing / Float(classes))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { row in
            guard let exponentialsOfRow = row.baseAddress else { return }
            for image in 0..<count {
                exponentialsOfRow.update(from: logits + image * classes, count: classes)
                let total = exponentials(exponentialsOfRow, classes)
                for index in 0..<classes {
                    let target = index == Int(labels[image]) ? on : off
                    gradient[image * classes + index] =
                        Element((exponentialsOfRow[index] / total - target) * scale)
                }
            }
        }
    }

    private static func exponentials(_ values: UnsafeMutablePointer<Float>, _ classes: Int) -> Float {
        let largest = maximum(values, classes).value
        var total: Float = 0
        for index in 0..<classes {
            values[index] = exp(values[index] - largest)
            total += values[index]
        }
        return total
    }

    /// The number of logits larger than the label's logit; `nil` if the label's logit is not finite. Among equal
    /// logits, the label's logit counts as the largest, as in TensorFlow's `in_top_k`.
    private static func largerLogits(
        than label: Int, _ values: UnsafePointer<Float>, _ classes: Int
    ) -> Int? {
        guard values[label].isFinite else { return nil }
        return (0..<classes).count { values[$0] > values[label] }
    }

    private static func maximum(
        _ values: UnsafePointer<Float>, _ classes: Int
    ) -> (value: Float, index: Int) {
        var best = (value: values[0], index: 0)
        for index in 1..<max(classes, 1) where values[index] > best.value { best = (values[index], index) }
        return best
    }
}
