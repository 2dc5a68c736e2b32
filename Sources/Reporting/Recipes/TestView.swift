import BigEggs

/// A view of a test image: mirrored or not, and shifted by some pixels, with reflected edges.
///
/// In JSON `{"mirrored": true, "shift": [1, -1], "weight": 0.5}`; each member may be left out.
public struct TestView: Sendable, Equatable {
    /// Whether left and right are exchanged, before the shift.
    public var isMirrored: Bool
    /// The vertical shift: the view's pixel (y, x) is pixel (y + `down`, x + `right`) of the image, mirrored
    /// or not. Beyond an edge the image is reflected about its outermost pixel, as by NumPy's padding mode
    /// `reflect`.
    public var down: Int
    /// The horizontal shift; see ``down``.
    public var right: Int
    /// The weight of the view in the mean.
    public var weight: Double

    /// A view; by default the unchanged image.
    public init(isMirrored: Bool = false, down: Int = 0, right: Int = 0, weight: Double = 1) {
        self.isMirrored = isMirrored
        self.down = down
        self.right = right
        self.weight = weight
    }

    /// The unchanged image and its mirror image.
    public static let mirrored = [TestView(), TestView(isMirrored: true)]

    /// Reads a ``record``.
    ///
    /// - Throws: `SettingsError`.
    init(_ record: Record) throws {
        var settings = try Settings(record, of: "a test view")
        let shift = settings.value("shift")
        self.init(
            isMirrored: try settings.flag("mirrored") ?? false, weight: try settings.number("weight") ?? 1)
        if let shift {
            guard let pixels = shift.integers, pixels.count == 2, pixels.allSatisfy({ $0.magnitude <= 16 })
            else { throw settings.wrong("shift", shift, "[down, right], each from -16 to 16 pixels") }
            (down, right) = (pixels[0], pixels[1])
        }
        guard weight > 0, weight <= 1e6 else {
            throw settings.wrong("weight", .number(weight), "more than 0")
        }
        try settings.done()
    }

    /// The JSON description.
    var record: Record {
        ["mirrored": .bool(isMirrored), "shift": .numbers([down, right]), "weight": .number(weight)]
    }
}

extension Settings {
    /// Reads "test_views", a list of at least one view; by default the unchanged image.
    mutating func testViews() throws -> [TestView] {
        let views = try list("test_views")?.map(TestView.init) ?? [TestView()]
        if views.isEmpty { throw wrong("test_views", [], "one at least") }
        return views
    }
}

extension ImageDataset {
    /// The same images as a view shows them.
    ///
    /// - Throws: `ImageDatasetError`.
    public func seen(_ view: TestView) throws -> ImageDataset {
        guard imageShape.count == 3, view != TestView(weight: view.weight) else { return self }
        let (height, width, channels) = (imageShape[0], imageShape[1], imageShape[2])
        func inside(_ place: Int, _ extent: Int) -> Int {
            guard extent > 1 else { return 0 }
            let period = 2 * (extent - 1)
            let place = ((place % period) + period) % period
            return min(place, period - place)
        }
        let rows = (0..<height).map { inside($0 + view.down, height) }
        let columns = (0..<width).map { column in
            let seen = inside(column + view.right, width)
            return view.isMirrored ? width - 1 - seen : seen
        }
        let bytes = images
        let changed = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            var next = 0
            for image in 0..<self.count {
                for row in rows {
                    for column in columns {
                        let pixel = ((image * height + row) * width + column) * channels
                        for channel in 0..<channels {
                            buffer[next] = bytes[pixel + channel]
                            next += 1
                        }
                    }
                }
            }
            count = next
        }
        return try ImageDataset(
            images: changed, labels: labels, imageShape: imageShape, classNames: classNames
        ).rescaled(rescale)
    }
}
