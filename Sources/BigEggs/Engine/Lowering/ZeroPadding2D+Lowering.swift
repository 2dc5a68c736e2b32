extension ZeroPadding2D: LoweredLayer {
    func lower(_ layer: ResolvedLayer, _ inputs: [Signal], into plan: PlanBuilder) throws -> Signal {
        guard plan.network.convolution(padding: layer) == nil else { return inputs[0] }
        return plan.add(
            ZeroPaddingNode(
                name: layer.name, input: try plan.blocked(inputs[0], for: layer.name),
                outputDims: plan.imageDims(layer.outputShape), top: top, left: left,
                precision: plan.key.precision))
    }
}

extension Network {
    /// The convolution that alone reads a layer of zeros, if it can take them for its own padding: it then reads the
    /// image as it is.
    func convolution(padding layer: ResolvedLayer) -> ResolvedLayer? {
        guard let zeros = layer.layer as? ZeroPadding2D, let reader = onlyReader(of: layer),
            let window = (reader.layer as? any ConvolutionLayer)?.window, window.padding == .valid,
            max(zeros.top, zeros.bottom) < window.size[0], max(zeros.left, zeros.right) < window.size[1]
        else { return nil }
        return reader
    }

    /// The layer of zeros that a convolution takes for its own padding.
    func padding(of convolution: ResolvedLayer) -> ZeroPadding2D? {
        guard let front = layer(read: convolution.inputs[0]),
            self.convolution(padding: front)?.index == convolution.index
        else { return nil }
        return front.layer as? ZeroPadding2D
    }
}

/// A layer whose window slides over images and multiplies them.
protocol ConvolutionLayer: LoweredLayer {
    var window: Window { get }
}

extension Conv2D: ConvolutionLayer {}
extension DepthwiseConv2D: ConvolutionLayer {}
