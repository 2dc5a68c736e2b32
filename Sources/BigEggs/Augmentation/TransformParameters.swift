/// One transformation of one image, with the geometric parameters of Keras's `apply_transform`.
///
/// The parameters map points of the result to points of the original. The image therefore moves in the direction
/// opposite to `tx` and `ty`, and a zoom factor below one enlarges it.
///
/// Source: <https://keras.io/2.16/api/preprocessing/image/>, `ImageDataGenerator.apply_transform`.
public struct TransformParameters: Sendable, Codable, Equatable {
    /// Rotation, in degrees.
    public var theta: Double
    /// Shift in the x direction, along the width, in pixels.
    public var tx: Double
    /// Shift in the y direction, along the height, in pixels.
    public var ty: Double
    /// Shear angle, in degrees.
    public var shear: Double
    /// Zoom factor in the x direction, 1 for none.
    public var zx: Double
    /// Zoom factor in the y direction, 1 for none.
    public var zy: Double
    /// Whether left and right are exchanged, after the other geometric steps.
    public var flipHorizontal: Bool
    /// Whether top and bottom are exchanged, after the other geometric steps.
    public var flipVertical: Bool
    /// The square that is filled with `cval`, after all other steps; nil for none.
    public var cutout: Square?
    /// The colour change, before the cutout; nil for none.
    public var color: Color?

    /// Factors for an image's colours, 1 for no change.
    ///
    /// ``brightness`` multiplies values. ``contrast`` multiplies their differences from the image's mean grey.
    /// ``saturation`` multiplies their differences from their pixel's grey, only in images with three channels. After
    /// each step values are clamped to 0 to 255.
    ///
    /// Source: torchvision's `adjust_brightness`, `adjust_contrast`, `adjust_saturation`.
    public struct Color: Sendable, Codable, Equatable {
        public var brightness, contrast, saturation: Float

        /// Factors; defaults change nothing.
        public init(brightness: Float = 1, contrast: Float = 1, saturation: Float = 1) {
            self.brightness = brightness
            self.contrast = contrast
            self.saturation = saturation
        }
    }

    /// A square of an image, in pixels.
    public struct Square: Sendable, Codable, Equatable {
        /// The first row, the first column, and the number of rows and of columns.
        public var top, left, side: Int

        /// A square.
        public init(top: Int, left: Int, side: Int) {
            self.top = top
            self.left = left
            self.side = side
        }
    }

    /// The transformation that changes nothing.
    public static let identity = TransformParameters()

    /// A transformation; defaults change nothing.
    public init(
        theta: Double = 0, tx: Double = 0, ty: Double = 0, shear: Double = 0, zx: Double = 1, zy: Double = 1,
        flipHorizontal: Bool = false, flipVertical: Bool = false, cutout: Square? = nil,
        color: Color? = nil
    ) {
        self.theta = theta
        self.tx = tx
        self.ty = ty
        self.shear = shear
        self.zx = zx
        self.zy = zy
        self.flipHorizontal = flipHorizontal
        self.flipVertical = flipVertical
        self.cutout = cutout
        self.color = color
    }
}
