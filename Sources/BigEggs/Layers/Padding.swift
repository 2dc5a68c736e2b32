/// What a layer does at the edges of an image.
public enum Padding: String, Sendable, Codable, CaseIterable {
    /// Nothing: the window stays inside the image.
    case valid
    /// Zeros, as many as make the output as large as the input divided by the stride, the odd one out
    /// at the bottom and on the right, as in Keras.
    case same
}
