/// Settings shared by layers with a kernel and a bias.
package struct KernelSettings: Sendable, Equatable {
    package let useBias: Bool
    package let initializer: Initializer
    package let biasInitializer: Initializer
    package let regularizer: Regularizer?
    package let trainable: Bool
    /// Whether training changes the kernel, if ``trainable``. If false, it changes only the bias.
    package var isKernelTrainable = true
}

extension KernelSettings {
    /// - Parameter kernel: how the names of the kernel's settings begin in Keras: "kernel" or "depthwise".
    init(_ settings: inout Settings, kernel: String = "kernel") throws {
        useBias = try settings.flag("use_bias") ?? true
        initializer = try settings.choice("\(kernel)_initializer") ?? .glorotUniform
        biasInitializer = try settings.choice("bias_initializer") ?? .zeros
        trainable = try settings.flag("trainable") ?? true
        if let value = settings.value("\(kernel)_regularizer") {
            guard let factors = value.object, Set(factors.keys).isSubset(of: ["l1", "l2"]),
                factors.values.allSatisfy({ $0.number != nil })
            else {
                throw settings.wrong("\(kernel)_regularizer", value, "an object with \"l1\", \"l2\" or both")
            }
            regularizer = Regularizer(
                l1: Float(factors["l1"]?.number ?? 0), l2: Float(factors["l2"]?.number ?? 0))
        } else {
            regularizer = nil
        }
    }

    /// The settings that are not Keras's defaults.
    func record(kernel: String = "kernel") -> [String: Record] {
        var record: [String: Record] = [:]
        if !useBias { record["use_bias"] = false }
        if initializer != .glorotUniform {
            record["\(kernel)_initializer"] = .string(initializer.rawValue)
        }
        if biasInitializer != .zeros { record["bias_initializer"] = .string(biasInitializer.rawValue) }
        if !trainable { record["trainable"] = false }
        if !isKernelTrainable { record["kernel_trainable"] = false }
        if let regularizer {
            record["\(kernel)_regularizer"] = ["l1": Record(regularizer.l1), "l2": Record(regularizer.l2)]
        }
        return record
    }

    /// The kernel, and the bias if there is one.
    func weights(_ shape: [Int], named name: String = "kernel", outputs: Int) -> [Weight] {
        let kernel = Weight(
            name: name, shape: shape, initializer: initializer, regularizer: regularizer,
            isTrained: trainable && isKernelTrainable)
        guard useBias else { return [kernel] }
        return [
            kernel,
            Weight(name: "bias", shape: [outputs], initializer: biasInitializer, isTrained: trainable),
        ]
    }
}
