import Foundation

extension ProtoSummary.Value {
    /// A number.
    static func scalar(_ tag: String, _ value: Double) -> Self {
        var summary = Self()
        summary.tag = tag
        summary.simpleValue = Float(value)
        return summary
    }

    /// A histogram of values, with thirty buckets of equal width as in Keras's callback; `nil` without finite
    /// values.
    static func histogram(_ tag: String, of values: [Float]) -> Self? {
        let values = values.lazy.filter(\.isFinite)
        guard let least = values.min(), let greatest = values.max() else { return nil }
        let (minimum, maximum) = (Double(least), Double(greatest))
        let buckets = minimum == maximum ? 1 : 30
        let width = (maximum - minimum) / Double(buckets)
        var counts = [Double](repeating: 0, count: buckets)
        var histogram = ProtoHistogramProto()
        for value in values {
            let value = Double(value)
            histogram.num += 1
            histogram.sum += value
            histogram.sumSquares += value * value
            counts[width == 0 ? 0 : min(Int((value - minimum) / width), buckets - 1)] += 1
        }
        histogram.min = minimum
        histogram.max = maximum
        histogram.bucket = counts
        histogram.bucketLimit =
            (1..<buckets).map { minimum + width * Double($0) } + [maximum]
        var summary = Self()
        summary.tag = tag
        summary.histo = histogram
        return summary
    }

    /// A picture.
    ///
    /// - Parameter png: a PNG file; `nil` is returned for anything else.
    static func image(_ tag: String, png: [UInt8]) -> Self? {
        // A PNG file starts with its signature, then the length and name of its first chunk, width, height, bit depth
        // and colour type.
        guard png.count > 25, png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            return nil
        }
        func number(at index: Int) -> Int32 {
            png[index..<index + 4].reduce(0) { $0 << 8 | Int32($1) }
        }
        var summary = Self()
        summary.tag = tag
        summary.image.width = number(at: 16)
        summary.image.height = number(at: 20)
        summary.image.colorspace = png[25] == 6 ? 4 : 3
        summary.image.encodedImageString = Data(png)
        return summary
    }
}
