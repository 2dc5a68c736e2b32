import Glibc

/// Random rotations, shifts, shears, zooms and flips of training images.
///
/// ```swift
/// let augmentation = ImageDataGenerator(
///     rotationRange: 15, widthShiftRange: 0.1, heightShiftRange: 0.1, zoomRange: 0.1)
/// try model.fit(train, validation: test, epochs: 30, augmentation: augmentation)
/// ```
///
/// The names, the ranges and the arithmetic are those of Keras's `ImageDataGenerator`, and
/// ``apply(_:to:imageShape:)`` agrees with its `apply_transform` to
/// the rounding of a float. Two things follow from our own rules instead:
///
/// - Parameters are a function of seed, epoch and sample (see ``Philox``), not of the order of drawing.
/// - ``widthShiftRange`` shifts along the width and ``heightShiftRange`` along the height. Keras 3 draws
///   `tx` from the height range and then moves the image by it along the width (and `ty` the other way
///   round); with square images and equal ranges the two cannot be told apart.
///
/// Source: <https://keras.io/2.16/api/preprocessing/image/>
public struct ImageDataGenerator: Sendable, Codable, Equatable {
    /// Rotations from minus to plus this angle, in degrees.
    public var rotationRange: Double
    /// Shifts along the width from minus to plus this: a fraction of the width below 1, pixels from 1 on.
    public var widthShiftRange: Double
    /// Shifts along the height from minus to plus this: a fraction of the height below 1, pixels from 1 on.
    public var heightShiftRange: Double
    /// Shears from minus to plus this angle, in degrees.
    public var shearRange: Double
    /// Zoom factors, drawn for each direction by itself.
    public var zoomRange: ZoomRange
    /// What stands where the image does not reach.
    public var fillMode: FillMode
    /// The value outside the image with ``FillMode/constant``, and in a ``cutout``, 0 to 255.
    public var cval: Float
    /// Whether every other image, at random, has left and right exchanged.
    public var horizontalFlip: Bool
    /// Whether every other image, at random, has top and bottom exchanged.
    public var verticalFlip: Bool
    /// Whether half of the images, at random, have left and right exchanged in the first epoch, and from then on all
    /// of them in every other one: each image is seen both ways equally often. It takes the place of
    /// ``horizontalFlip``.
    ///
    /// Source: Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3.6.
    public var alternatingFlip: Bool {
        get { alternates ?? false }
        set { alternates = newValue ? true : nil }
    }
    /// Whether shifts are by whole pixels, which blurs nothing.
    public var wholePixelShifts: Bool {
        get { shiftsWholePixels ?? false }
        set { shiftsWholePixels = newValue ? true : nil }
    }
    /// The side, in pixels, of a square within each image that is filled with ``cval``, after everything else; 0 for
    /// none. Every place within the image is as likely.
    ///
    /// Source: DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
    public var cutout: Int {
        get { covers ?? 0 }
        set { covers = newValue > 0 ? newValue : nil }
    }
    /// The least part of the image's area that a crop may have, which is then scaled to the image's size; 0 for no
    /// crop, 1 for the whole image. Its width is three quarters to four thirds of its height, where the image is as wide
    /// as high; every place within the image is as likely.
    ///
    /// Source: Szegedy and others, "Going deeper with convolutions", 2014, section 6; torchvision's `RandomResizedCrop`.
    public var randomResizedCrop: Double {
        get { crops ?? 0 }
        set { crops = newValue > 0 ? newValue : nil }
    }
    /// Brightness, contrast and saturation are each multiplied by a factor from 1 minus this to 1 plus this, from 0 to
    /// 1; 0 for none. It is for values from 0 to 255: what is less or more afterwards becomes 0 or 255.
    ///
    /// Source: torchvision's `ColorJitter`, in this order.
    public var colorJitter: Double {
        get { jitter ?? 0 }
        set { jitter = newValue > 0 ? newValue : nil }
    }
    /// What every value is multiplied by after the transformation, in `fit` and in `flow`: 1/255 for images
    /// that are not ``ImageDataset/rescaled(_:)`` already. Validation images have no generator, and so no part
    /// in it.
    public var rescale: Float
    /// What Keras has not is recorded where it is asked for: records from before it was there are the same.
    private var alternates, shiftsWholePixels: Bool?
    private var covers: Int?
    private var crops, jitter: Double?

    private enum CodingKeys: String, CodingKey {
        case rotationRange, widthShiftRange, heightShiftRange, shearRange, zoomRange, fillMode, cval
        case horizontalFlip, verticalFlip, rescale
        case alternates = "alternatingFlip"
        case shiftsWholePixels = "wholePixelShifts"
        case covers = "cutout"
        case crops = "randomResizedCrop"
        case jitter = "colorJitter"
    }

    /// A generator; without arguments it leaves every image as it is.
    public init(
        rotationRange: Double = 0, widthShiftRange: Double = 0, heightShiftRange: Double = 0,
        shearRange: Double = 0, zoomRange: ZoomRange = 0, fillMode: FillMode = .nearest, cval: Float = 0,
        horizontalFlip: Bool = false, verticalFlip: Bool = false, alternatingFlip: Bool = false,
        wholePixelShifts: Bool = false, cutout: Int = 0, randomResizedCrop: Double = 0,
        colorJitter: Double = 0, rescale: Float = 1
    ) {
        self.rotationRange = rotationRange
        self.widthShiftRange = widthShiftRange
        self.heightShiftRange = heightShiftRange
        self.shearRange = shearRange
        self.zoomRange = zoomRange
        self.fillMode = fillMode
        self.cval = cval
        self.horizontalFlip = horizontalFlip
        self.verticalFlip = verticalFlip
        self.rescale = rescale
        self.alternatingFlip = alternatingFlip
        self.wholePixelShifts = wholePixelShifts
        self.cutout = cutout
        self.randomResizedCrop = randomResizedCrop
        self.colorJitter = colorJitter
    }

    /// Draws the transformation of one sample in one epoch.
    ///
    /// Each parameter has a random number of its own, so switching one range on or off leaves the other
    /// parameters as they were.
    ///
    /// - Parameters:
    ///   - seed: the seed of the training.
    ///   - epoch: the epoch, from 0.
    ///   - sample: the image's index in its data set, wherever shuffling puts it in the epoch.
    ///   - imageShape: `[height, width, channels]`; shifts given as fractions need it.
    public func randomTransform(
        seed: UInt64, epoch: Int, sample: Int, imageShape: [Int]
    ) -> TransformParameters {
        let philox = Philox(seed: seed, purpose: .augmentation)
        let stream = UInt32(truncatingIfNeeded: epoch)
        let item = UInt32(truncatingIfNeeded: sample)
        let geometry = philox.uniforms(stream: stream, item: item, draw: 0)
        let zoomAndFlips = philox.uniforms(stream: stream, item: item, draw: 1)

        func symmetric(_ range: Double, _ uniform: Float) -> Double {
            range == 0 ? 0 : range * (2 * Double(uniform) - 1)  // never -0
        }
        func shift(_ range: Double, _ uniform: Float, extent: Int) -> Double {
            let range = range < 1 ? range * Double(extent) : range
            guard wholePixelShifts else { return symmetric(range, uniform) }
            // Each of the pixels from minus to plus the range is as likely.
            let pixels = range.rounded(.down)
            return (Double(uniform) * (2 * pixels + 1)).rounded(.down) - pixels
        }
        func square() -> TransformParameters.Square? {
            let side = min(cutout, imageShape[0], imageShape[1])
            guard side > 0 else { return nil }
            let place = philox.uniforms(stream: stream, item: item, draw: 2)
            func first(_ extent: Int, _ uniform: Float) -> Int { Int(Float(extent - side + 1) * uniform) }
            return .init(
                top: first(imageShape[0], place[0]), left: first(imageShape[1], place[1]), side: side)
        }
        func zoom(_ uniform: Float) -> Double {
            zoomRange.lower + (zoomRange.upper - zoomRange.lower) * Double(uniform)
        }
        let crop = randomCrop(imageShape) { philox.uniforms(stream: stream, item: item, draw: 3) }
        return TransformParameters(
            theta: symmetric(rotationRange, geometry[0]),
            tx: shift(widthShiftRange, geometry[1], extent: imageShape[1]) + crop.x,
            ty: shift(heightShiftRange, geometry[2], extent: imageShape[0]) + crop.y,
            shear: symmetric(shearRange, geometry[3]),
            zx: zoom(zoomAndFlips[0]) * crop.width,
            zy: zoom(zoomAndFlips[1]) * crop.height,
            flipHorizontal: alternatingFlip
                ? (philox.uniforms(stream: 0, item: item, draw: 1)[2] < 0.5) != (epoch % 2 == 1)
                : horizontalFlip && zoomAndFlips[2] < 0.5,
            flipVertical: verticalFlip && zoomAndFlips[3] < 0.5, cutout: square(),
            color: colorJitter > 0
                ? color(philox.uniforms(stream: stream, item: item, draw: 4)) : nil)
    }

    /// A crop: its width and height as parts of the image's, and how far its middle is from the image's, in pixels.
    private func randomCrop(
        _ imageShape: [Int], _ draw: () -> SIMD4<Float>
    ) -> (width: Double, height: Double, x: Double, y: Double) {
        guard randomResizedCrop > 0 else { return (1, 1, 0, 0) }
        let uniforms = draw()
        let least = min(randomResizedCrop, 1)
        let area = least + (1 - least) * Double(uniforms[0])
        // As likely a number of times wider as higher. What is wider or higher than the image is as wide or high as it.
        let ratio = exp((2 * Double(uniforms[1]) - 1) * log(4.0 / 3))
        let width = min(1, (area * ratio).squareRoot())
        let height = min(1, (area / ratio).squareRoot())
        // What Keras zooms about has the other side's middle; see AffineMap.
        let aside = Double(imageShape[1] - imageShape[0]) / 2
        func middle(_ part: Double, _ uniform: Float, _ extent: Int, _ aside: Double) -> Double {
            (1 - part) * (Double(extent) * (Double(uniform) - 0.5) + aside)
        }
        return (
            width, height, middle(width, uniforms[2], imageShape[1], aside),
            middle(height, uniforms[3], imageShape[0], -aside)
        )
    }

    private func color(_ uniforms: SIMD4<Float>) -> TransformParameters.Color {
        let range = Float(min(colorJitter, 1))
        func factor(_ uniform: Float) -> Float { 1 + range * (2 * uniform - 1) }
        return .init(
            brightness: factor(uniforms[0]), contrast: factor(uniforms[1]), saturation: factor(uniforms[2]))
    }
}
