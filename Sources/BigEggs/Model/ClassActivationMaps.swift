/// Grad-CAM's maps: how strongly each position of an image supports a class.
public struct ClassActivationMaps: Sendable, Equatable {
    /// `[count, height, width]`, row-major; 0 or more, in units of the score before the softmax.
    public private(set) var values: [Float]
    /// The height of a map, which is the height of the convolution's output.
    public private(set) var height: Int
    /// The width of a map.
    public private(set) var width: Int

    /// The number of maps.
    public var count: Int { height * width == 0 ? 0 : values.count / (height * width) }

    /// The map of one image, row by row.
    public subscript(image: Int) -> ArraySlice<Float> {
        values[image * height * width..<(image + 1) * height * width]
    }

    init(values: [Float], height: Int, width: Int) {
        self.values = values
        self.height = height
        self.width = width
    }

    /// Adds the maps of a batch.
    mutating func append(_ layer: BoundPlan.Sensitivity) {
        (height, width) = (layer.height, layer.width)
        let (positions, filters) = (layer.height * layer.width, layer.channels)
        for image in stride(from: 0, to: layer.values.count, by: positions * filters) {
            var weights = [Float](repeating: 0, count: filters)
            for place in 0..<positions * filters {
                weights[place % filters] += layer.gradients[image + place]
            }
            for position in 0..<positions {
                var sum: Float = 0
                for filter in 0..<filters {
                    sum += weights[filter] * layer.values[image + position * filters + filter]
                }
                values.append(max(sum / Float(positions), 0))
            }
        }
    }
}
