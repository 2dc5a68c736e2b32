extension ZeroPadding2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard plan.network.reader(padding: layer) == nil else { return inputs[0] }
        return plan.add(
            ZeroPaddingNode(
                name: layer.name, input: try plan.blocked(inputs[0], for: layer.name),
                outputDims: plan.imageDims(layer.outputShape), top: top, left: left,
                precision: plan.key.precision))
    }
}

extension Network {
    /// The only reader of a zero padding layer, if the reader's own padding can replace that layer. The reader then
    /// reads the unpadded image.
    func reader(padding layer: ResolvedLayer) -> ResolvedLayer? {
        guard let zeros = layer.layer as? ZeroPadding2D, let reader = onlyReader(of: layer),
            let sliding = reader.layer as? any SlidingLayer,
            sliding.padsWithZeros(rectified: isRectified(layer.inputs[0])), sliding.window.padding == .valid,
            max(zeros.top, zeros.bottom) < sliding.window.size[0],
            max(zeros.left, zeros.right) < sliding.window.size[1]
        else { return nil }
        return reader
    }

    /// The zero padding layer before a layer, if the layer's own padding replaces it.
    fileprivate func padding(of layer: ResolvedLayer) -> ZeroPadding2D? {
        guard let front = self.layer(read: layer.inputs[0]), reader(padding: front)?.index == layer.index
        else { return nil }
        return front.layer as? ZeroPadding2D
    }

    /// Whether a value is the output of an ``Activation`` layer with ReLU.
    private func isRectified(_ value: Int) -> Bool {
        (layer(read: value)?.layer as? Activation)?.function == .relu
    }
}

extension PlanBuilder {
    /// The zeros around a layer's input: the layer's own padding, or that of a zero padding layer fused into it.
    func zeros(of window: Window, for layer: ResolvedLayer) -> (before: [Int], after: [Int]) {
        guard let padding = network.padding(of: layer) else { return window.zeros(for: layer.inputShapes[0]) }
        return ([padding.top, padding.left], [padding.bottom, padding.right])
    }
}

/// A layer whose window slides over images.
protocol SlidingLayer: LoweredLayer {
    var window: Window { get }
    /// Whether the layer's own padding has the effect of a zero padding layer before it.
    ///
    /// - Parameter rectified: whether the input is the output of a ReLU.
    func padsWithZeros(rectified: Bool) -> Bool
}

extension Conv2D: SlidingLayer {
    func padsWithZeros(rectified: Bool) -> Bool { true }
}

extension DepthwiseConv2D: SlidingLayer {
    func padsWithZeros(rectified: Bool) -> Bool { true }
}

extension MaxPooling2D: SlidingLayer {
    /// A max pooling's own padding counts as −∞. After a ReLU, that has the effect of zeros: a zero is a
    /// window's maximum only if all its values are zero, and there the ReLU's gradient is zero.
    func padsWithZeros(rectified: Bool) -> Bool { rectified }
}
