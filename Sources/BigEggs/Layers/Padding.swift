/// How a layer pads the edges of an image.
public enum Padding: String, Sendable, Codable, CaseIterable {
    /// No padding: the window stays inside the image.
    case valid
    /// Zeros, so that the output's size is the input's size divided by the stride, rounded up. If the number of zeros
    /// is odd, the extra one is at the bottom or right, as in Keras.
    case same
}
