/// Gradient descent with momentum and orthogonalized steps, for kernels of convolutions and dense layers.
///
/// A kernel is treated as a matrix with one column per output. The sum of gradients is
/// v = momentum · v + g, where g is the gradient. The step is v or, with Nesterov momentum, momentum · v + g.
/// Newton–Schulz iterations, five by default, bring the singular values of the step near 1. The step is then
/// multiplied by the learning rate. Biases, γ and β are not matrices: give them another optimizer.
///
/// ```swift
/// try model.compile(optimizer: Muon(learningRate: 0.02)) { name in
///     name.hasSuffix("kernel") ? nil : SGD(learningRate: 0.05, momentum: 0.9, nesterov: true)
/// }
/// ```
///
/// Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024,
/// https://kellerjordan.github.io/posts/muon/
public struct Muon: Optimizer {
    public var schedule: LearningRateSchedule
    /// The factor by which the sum of gradients is multiplied in each step, from 0 to 1.
    public var momentum: Float
    /// Whether to use Nesterov momentum.
    public var nesterov: Bool
    /// The number of Newton–Schulz iterations.
    public var iterations: Int
    /// Whether a kernel is scaled to a norm of √outputs before each step.
    public var normalizesKernels: Bool
    public var weightDecay: Double
    public var clipping: GradientClipping?

    public var rule: UpdateRule {
        UpdateRule(
            MuonUpdate(
                momentum: momentum, nesterov: nesterov, iterations: iterations,
                normalizesKernels: normalizesKernels))
    }

    /// Muon with its authors' defaults.
    public init(
        learningRate: Double = 0.02, momentum: Float = 0.95, nesterov: Bool = true, iterations: Int = 5,
        normalizesKernels: Bool = false, weightDecay: Double = 0, clipping: GradientClipping? = nil
    ) {
        self.init(
            learningRate: .constant(learningRate), momentum: momentum, nesterov: nesterov,
            iterations: iterations, normalizesKernels: normalizesKernels, weightDecay: weightDecay,
            clipping: clipping)
    }

    /// Muon with a learning rate that depends on the step.
    public init(
        learningRate: LearningRateSchedule, momentum: Float = 0.95, nesterov: Bool = true,
        iterations: Int = 5, normalizesKernels: Bool = false, weightDecay: Double = 0,
        clipping: GradientClipping? = nil
    ) {
        schedule = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.iterations = iterations
        self.normalizesKernels = normalizesKernels
        self.weightDecay = weightDecay
        self.clipping = clipping
    }
}

extension Muon: ConfigurableOptimizer {
    package init(_ settings: inout Settings) throws {
        self.init(
            learningRate: try settings.learningRate(otherwise: 0.02),
            momentum: try settings.float("momentum") ?? 0.95,
            nesterov: try settings.flag("nesterov") ?? true,
            iterations: try settings.integer("ns_steps") ?? 5,
            normalizesKernels: try settings.flag("normalize_kernels") ?? false,
            weightDecay: try settings.number("weight_decay") ?? 0, clipping: try settings.clipping())
    }
}

/// The step of ``Muon``.
struct MuonUpdate: SegmentUpdate {
    let momentum: Float
    let nesterov: Bool
    let iterations: Int
    let normalizesKernels: Bool
    let stateNames = ["momentum"]
    let readsTensors = true

    func check() throws {
        guard (0...1).contains(momentum) else {
            throw TrainingError.invalid(
                argument: "momentum", value: "\(momentum)", allowed: "a number from 0 to 1")
        }
        guard (1...20).contains(iterations) else {
            throw TrainingError.invalid(argument: "iterations", value: "\(iterations)", allowed: "1 to 20")
        }
    }

    func check(_ weight: Weight) throws {
        guard weight.shape.count >= 2 else {
            throw TrainingError.invalid(
                argument: "optimizer", value: "Muon for \(weight.name), of shape \(weight.shape)",
                allowed: "Muon only to kernels, and another optimizer to other parameters, in groups")
        }
    }

    func update(_ segment: ParameterSegment, step: Int, rate: Float, decay: Float) {
        for tensor in segment.tensors {
            let parameters = segment.parameters + tensor.offset
            let gradients = segment.gradients + tensor.offset
            let sums = segment.states[0] + tensor.offset
            let places = tensor.places
            let outputs = tensor.shape[tensor.shape.count - 1]
            var direction = places.map { place -> Float in
                let sum = momentum * sums[Int(place)] + gradients[Int(place)]
                sums[Int(place)] = sum
                return nesterov ? momentum * sum + gradients[Int(place)] : sum
            }
            MuonUpdate.makeOrthogonal(&direction, columns: outputs, iterations: iterations)
            var scale = 1 - decay
            if normalizesKernels {
                let norm = sumOfSquares(parameters, count: tensor.count).squareRoot()
                if norm > 0 { scale = Float(Double(outputs).squareRoot() / norm) * scale }
            }
            for (index, place) in places.enumerated() {
                parameters[Int(place)] = parameters[Int(place)] * scale - rate * direction[index]
            }
        }
    }

    /// Brings the singular values of a row-major matrix near 1 and keeps its singular vectors.
    ///
    /// Starts from X = G / ‖G‖. With A = X Xᵀ, each iteration replaces X by a X + (b A + c A²) X. The coefficients are
    /// chosen to make small singular values grow fastest.
    static func makeOrthogonal(_ matrix: inout [Float], columns: Int, iterations: Int) {
        let rows = matrix.count / columns
        let norm = matrix.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { sumOfSquares($0, count: buffer.count).squareRoot() } ?? 0
        }
        let factor = Float(1 / (norm + 1e-7))
        for index in matrix.indices { matrix[index] *= factor }
        // Multiply along the longer side, because this gives the smaller square matrix.
        let isWide = rows <= columns
        let side = min(rows, columns)
        var square = [Float](repeating: 0, count: side * side)
        var polynomial = square
        var next = matrix
        for _ in 0..<iterations {
            if isWide {
                MatrixProduct.run(
                    matrix, matrix, into: &square, rows: rows, inner: columns, columns: rows,
                    secondIsTransposed: true)
            } else {
                MatrixProduct.run(
                    matrix, matrix, into: &square, rows: columns, inner: rows, columns: columns,
                    firstIsTransposed: true)
            }
            polynomial = square
            MatrixProduct.run(
                square, square, into: &polynomial, rows: side, inner: side, columns: side, factor: 2.0315,
                keeping: -4.7750)
            next = matrix
            if isWide {
                MatrixProduct.run(
                    polynomial, matrix, into: &next, rows: rows, inner: rows, columns: columns,
                    keeping: 3.4445)
            } else {
                MatrixProduct.run(
                    matrix, polynomial, into: &next, rows: rows, inner: columns, columns: columns,
                    keeping: 3.4445)
            }
            swap(&matrix, &next)
        }
    }
}
