import Foundation

/// Softmax, sparse categorical cross-entropy and its gradient in one pass over the logits.
///
/// The loss of an image is −log softmax(logits)[label], taken from the logits with their maximum
/// subtracted, as Keras does when a softmax layer feeds the loss: no probability is clipped, and no
/// logit is too large. The gradient is (softmax − one-hot) / batch.
/// Source: https://keras.io/api/losses/probabilistic_losses/#sparse_categorical_crossentropy-function
enum SoftmaxCrossentropy {
    /// Replaces logits, `[count, classes]`, by probabilities.
    static func probabilities(_ logits: UnsafeMutablePointer<Float>, count: Int, classes: Int) {
        for row in 0..<count {
            let values = logits + row * classes
            let total = exponentials(values, classes)
            for index in 0..<classes { values[index] /= total }
        }
    }

    /// Loss and number of right answers, summed over a batch.
    ///
    /// - Parameters:
    ///   - logits: `[count, classes]`.
    ///   - labels: one an image.
    /// - Returns: the sum of the images' losses and the number of images whose largest logit is the
    ///   label's.
    static func evaluate(
        _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int
    ) -> (loss: Double, right: Int) {
        var loss = 0.0
        var right = 0
        for row in 0..<count {
            let values = logits + row * classes
            let label = Int(labels[row])
            let largest = maximum(values, classes)
            if largest.index == label { right += 1 }
            var total: Float = 0
            for index in 0..<classes { total += exp(values[index] - largest.value) }
            loss += Double(log(total) - (values[label] - largest.value))
        }
        return (loss, right)
    }

    /// The gradient of the batch's mean loss with respect to the logits, in the precision of activations.
    static func gradient<Element: ActivationElement>(
        _ logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, count: Int, classes: Int,
        into gradient: UnsafeMutablePointer<Element>
    ) {
        let scale = 1 / Float(count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { row in
            guard let exponentialsOfRow = row.baseAddress else { return }
            for image in 0..<count {
                exponentialsOfRow.update(from: logits + image * classes, count: classes)
                let total = exponentials(exponentialsOfRow, classes)
                for index in 0..<classes {
                    let target: Float = index == Int(labels[image]) ? 1 : 0
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

    private static func maximum(
        _ values: UnsafePointer<Float>, _ classes: Int
    ) -> (value: Float, index: Int) {
        var best = (value: values[0], index: 0)
        for index in 1..<max(classes, 1) where values[index] > best.value { best = (values[index], index) }
        return best
    }
}
