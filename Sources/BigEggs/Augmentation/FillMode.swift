/// How points outside the original image are filled.
///
/// The modes are those of Keras's `fill_mode`, with the boundary conventions of the
/// `scipy.ndimage.affine_transform` that Keras calls. In the sketches `abcd` is a row of the image.
///
/// Source: <https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.affine_transform.html>
public enum FillMode: String, Sendable, Codable, CaseIterable {
    /// `aaaa|abcd|dddd`: the nearest edge pixel.
    case nearest
    /// `kkkk|abcd|kkkk`: the generator's `cval`. A point outside is not blended with the edge.
    case constant
    /// `dcba|abcd|dcba`: the image mirrored about the outer border of its edge pixels.
    case reflect
    /// `cdbc|abcd|bcab`: the image repeated at a distance of its width minus one pixel (SciPy's `wrap`).
    case wrap
}
