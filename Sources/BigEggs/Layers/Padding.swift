/// How a layer pads the edges of an image.
public enum Padding: String, Sendable, Codable, CaseIterable {
    /// No padding: the window stays inside the image.
    case valid
    /// Zeros, so that the output's size is the input's divided by the stride, rounded up. Of an odd number of zeros,
    /// the extra one is at the bottom or right, as in Keras.
    case same
}
