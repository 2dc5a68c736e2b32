/// One transformation of one image: what Keras's `apply_transform` takes, with its keys.
///
/// A point of the result is looked up in the original, so the signs read backwards: the picture moves
/// against `tx` and `ty`, and a zoom factor below one enlarges it.
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
    /// Whether left and right are exchanged, after everything else.
    public var flipHorizontal: Bool
    /// Whether top and bottom are exchanged, after everything else.
    public var flipVertical: Bool
    /// What is covered, after everything else; nil for nothing.
    public var cutout: Square?
    /// What colours are changed by, before anything is covered; nil for nothing.
    public var color: Color?

    /// Factors for an image's colours, 1 for no change.
    ///
    /// Values are multiplied by ``brightness``; their distance from the mean grey of the image by ``contrast``; and the
    /// distance of each from the grey of its pixel by ``saturation``, where there are three channels. After each step
    /// they are limited to 0 to 255.
    ///
    /// Source: torchvision's `adjust_brightness`, `adjust_contrast`, `adjust_saturation`.
    public struct Color: Sendable, Codable, Equatable {
        public var brightness, contrast, saturation: Float

        /// Factors; those that are not given change nothing.
        public init(brightness: Float = 1, contrast: Float = 1, saturation: Float = 1) {
            self.brightness = brightness
            self.contrast = contrast
            self.saturation = saturation
        }
    }

    /// A square of an image, in pixels.
    public struct Square: Sendable, Codable, Equatable {
        /// Its first row and column, and how many it has of each.
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

    /// A transformation; what is not given changes nothing.
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
