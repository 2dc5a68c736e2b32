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
/// ``apply(_:to:imageShape:)`` agrees with its `apply_transform` up to float rounding. Two rules differ:
///
/// - Parameters are a function of seed, epoch and sample (see ``Philox``), not of the order of drawing.
/// - ``widthShiftRange`` shifts along the width and ``heightShiftRange`` along the height. Keras 3 draws `tx` from the
///   height range but shifts the image by `tx` along the width, and draws `ty` from the width range but shifts the
///   image by `ty` along the height. With square images and equal ranges there is no difference.
///
/// Source: <https://keras.io/2.16/api/preprocessing/image/>
public struct ImageDataGenerator: Sendable, Codable, Equatable {
    /// Rotations from minus to plus this angle, in degrees.
    public var rotationRange: Double
    /// The largest shift along the width, in either direction: a fraction of the width if below 1, else pixels.
    public var widthShiftRange: Double
    /// The largest shift along the height, in either direction: a fraction of the height if below 1, else pixels.
    public var heightShiftRange: Double
    /// Shears from minus to plus this angle, in degrees.
    public var shearRange: Double
    /// Zoom factors, drawn separately for each direction.
    public var zoomRange: ZoomRange
    /// How points outside the image are filled.
    public var fillMode: FillMode
    /// The value outside the image with ``FillMode/constant``, and in a ``cutout``, 0 to 255.
    public var cval: Float
    /// Whether images are mirrored left to right, at random with probability 1/2.
    public var horizontalFlip: Bool
    /// Whether images are mirrored top to bottom, at random with probability 1/2.
    public var verticalFlip: Bool
    /// Whether images are mirrored left to right in alternating epochs.
    ///
    /// In the first epoch each image is mirrored with probability 1/2; from then on each image alternates, so
    /// that training uses both versions equally often. Replaces ``horizontalFlip``.
    ///
    /// Source: Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3.6.
    public var alternatingFlip: Bool {
        get { alternates ?? false }
        set { alternates = newValue ? true : nil }
    }
    /// Whether shifts are by whole pixels, which avoids blur from interpolation.
    public var wholePixelShifts: Bool {
        get { shiftsWholePixels ?? false }
        set { shiftsWholePixels = newValue ? true : nil }
    }
    /// The side, in pixels, of a square within each image that is filled with ``cval`` after all other steps; 0 for
    /// none. Every position within the image is equally likely.
    ///
    /// Source: DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
    public var cutout: Int {
        get { covers ?? 0 }
        set { covers = newValue > 0 ? newValue : nil }
    }
    /// The smallest area of a random crop, as a fraction of the image's area; 0 for no crop.
    ///
    /// The crop is scaled to the image's size. Its width is three quarters to four thirds of its height if the image is
    /// square. A crop wider or higher than the image is cut to the image's width or height, which reduces its area.
    /// Every position within the image is equally likely.
    ///
    /// Source: Szegedy and others, "Going deeper with convolutions", 2014, section 6; torchvision's
    /// `RandomResizedCrop`.
    public var randomResizedCrop: Double {
        get { crops ?? 0 }
        set { crops = newValue > 0 ? newValue : nil }
    }
    /// The strength of random colour changes, from 0 to 1; 0 for none.
    ///
    /// Brightness, contrast and saturation, in this order, each get a random factor from 1 minus this strength to 1
    /// plus this strength. Values must be from 0 to 255; results are clamped to that range.
    ///
    /// Source: torchvision's `ColorJitter`, which uses a random order.
    public var colorJitter: Double {
        get { jitter ?? 0 }
        set { jitter = newValue > 0 ? newValue : nil }
    }
    /// The factor for every value after the transformation, in `fit` and in `flow`: 1/255 for images that are
    /// not ``ImageDataset/rescaled(_:)`` already. It does not apply to validation images, which have no generator.
    public var rescale: Float
    /// The settings that Keras lacks. They are nil and not encoded unless set, so that older records stay the same.
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

    /// A generator; without arguments it does not change images.
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
    /// Each parameter has its own random number, so switching one range on or off does not change the draws of the
    /// other parameters.
    ///
    /// - Parameters:
    ///   - seed: the seed of the training.
    ///   - epoch: the epoch, from 0.
    ///   - sample: the image's index in its data set, before shuffling.
    ///   - imageShape: `[height, width, channels]`; fractional shifts, cutouts and crops depend on it.
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
            // Every shift by whole pixels from minus to plus the range is equally likely.
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

    /// Draws a crop: its width and height as fractions of the image's width and height, and the shift to its centre, in
    /// pixels.
    private func randomCrop(
        _ imageShape: [Int], _ draw: () -> SIMD4<Float>
    ) -> (width: Double, height: Double, x: Double, y: Double) {
        guard randomResizedCrop > 0 else { return (1, 1, 0, 0) }
        let uniforms = draw()
        let least = min(randomResizedCrop, 1)
        let area = least + (1 - least) * Double(uniforms[0])
        // The ratio is log-uniform. A crop wider or higher than the image is cut to the image's width or height.
        let ratio = exp((2 * Double(uniforms[1]) - 1) * log(4.0 / 3))
        let width = min(1, (area * ratio).squareRoot())
        let height = min(1, (area / ratio).squareRoot())
        // Keras zooms about x = height / 2, y = width / 2, not about the image's centre; see AffineMap.
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
