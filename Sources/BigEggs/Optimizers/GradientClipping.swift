/// Limits large gradients, like Keras's arguments `clipvalue`, `clipnorm` and `global_clipnorm`.
///
/// Source: https://keras.io/api/optimizers/
public enum GradientClipping: Sendable, Codable, Equatable {
    /// Clamps every element of a gradient to the range from −limit to limit.
    case value(Float)
    /// Scales each tensor's gradient down to this norm if its norm is greater.
    case norm(Float)
    /// If the joint norm of all gradients is greater than this, scales all of them by one factor down to this norm.
    case globalNorm(Float)

    func check() throws {
        let (argument, limit) =
            switch self {
            case .value(let limit): ("clipvalue", limit)
            case .norm(let limit): ("clipnorm", limit)
            case .globalNorm(let limit): ("globalClipnorm", limit)
            }
        guard limit > 0, limit.isFinite else {
            throw TrainingError.invalid(argument: argument, value: "\(limit)", allowed: "more than 0")
        }
    }

    /// Clips the gradients of a segment; does nothing with ``globalNorm(_:)``.
    func apply(to segment: ParameterSegment) {
        switch self {
        case .value(let limit):
            let (least, most) = (Lanes(repeating: -limit), Lanes(repeating: limit))
            let gradients = segment.gradients
            Threads.parallel(over: segment.count / 16) { range, _ in
                for index in range {
                    let place = gradients + index * 16
                    Float.store(pointwiseMax(least, pointwiseMin(Float.load(place), most)), place)
                }
            }
        case .norm(let limit):
            for tensor in segment.tensors {
                let gradient = segment.gradients + tensor.offset
                let norm = sumOfSquares(gradient, count: tensor.count).squareRoot()
                if norm > Double(limit) {
                    scale(gradient, count: tensor.count, by: Float(Double(limit) / norm))
                }
            }
        case .globalNorm: break
        }
    }

    /// Clips the gradients of all segments with ``globalNorm(_:)``; otherwise does nothing.
    func apply(toAll segments: [ParameterSegment]) {
        guard case .globalNorm(let limit) = self else { return }
        let norm = segments.reduce(0) { $0 + sumOfSquares($1.gradients, count: $1.count) }.squareRoot()
        guard norm > Double(limit) else { return }
        for segment in segments {
            scale(segment.gradients, count: segment.count, by: Float(Double(limit) / norm))
        }
    }
}

/// The sum of squares. Sums of blocks of fixed size are added in order, so that the result does not depend on the
/// number of threads.
func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    let size = 4096
    let parts = (count + size - 1) / size
    var sums = [Double](repeating: 0, count: parts)
    sums.withUnsafeMutableBufferPointer { sums in
        guard let sums = sums.baseAddress else { return }
        Threads.parallel(over: parts) { range, _ in
            for part in range {
                var sum = 0.0
                for index in part * size..<min(part * size + size, count) {
                    sum += Double(values[index]) * Double(values[index])
                }
                sums[part] = sum
            }
        }
    }
    return sums.reduce(0, +)
}

private func scale(_ values: UnsafeMutablePointer<Float>, count: Int, by factor: Float) {
    Threads.parallel(over: count) { range, _ in
        for index in range { values[index] *= factor }
    }
}
