extension ImageDataGenerator {
    /// Creates a generator from settings, with Keras's names where Keras has the setting.
    ///
    /// - Throws: ``SettingsError``.
    package init(_ settings: inout Settings) throws {
        let cutout = try settings.integer("cutout") ?? 0
        guard cutout >= 0 else { throw settings.wrong("cutout", .number(Double(cutout)), "0 or more pixels") }
        func part(_ setting: String) throws -> Double {
            let value = try settings.number(setting) ?? 0
            guard (0...1).contains(value) else { throw settings.wrong(setting, .number(value), "0 to 1") }
            return value
        }
        self.init(
            rotationRange: try settings.number("rotation_range") ?? 0,
            widthShiftRange: try settings.number("width_shift_range") ?? 0,
            heightShiftRange: try settings.number("height_shift_range") ?? 0,
            shearRange: try settings.number("shear_range") ?? 0,
            zoomRange: try ZoomRange(&settings),
            fillMode: try settings.choice("fill_mode") ?? .nearest, cval: try settings.float("cval") ?? 0,
            horizontalFlip: try settings.flag("horizontal_flip") ?? false,
            verticalFlip: try settings.flag("vertical_flip") ?? false,
            alternatingFlip: try settings.flag("alternating_flip") ?? false,
            wholePixelShifts: try settings.flag("whole_pixel_shifts") ?? false,
            cutout: cutout, randomResizedCrop: try part("random_resized_crop"),
            colorJitter: try part("color_jitter"), rescale: try settings.float("rescale") ?? 1)
    }

    /// The settings from which the generator can be created again. Default values are left out.
    package var settings: Record {
        let defaults = ImageDataGenerator().allSettings
        return .object(allSettings.filter { $0.value != defaults[$0.key] })
    }

    private var allSettings: [String: Record] {
        [
            "rotation_range": .number(rotationRange), "width_shift_range": .number(widthShiftRange),
            "height_shift_range": .number(heightShiftRange), "shear_range": .number(shearRange),
            "zoom_range": zoomRange.record, "fill_mode": .string(fillMode.rawValue), "cval": Record(cval),
            "horizontal_flip": .bool(horizontalFlip), "vertical_flip": .bool(verticalFlip),
            "alternating_flip": .bool(alternatingFlip), "whole_pixel_shifts": .bool(wholePixelShifts),
            "cutout": .number(Double(cutout)), "random_resized_crop": .number(randomResizedCrop),
            "color_jitter": .number(colorJitter), "rescale": Record(rescale),
        ]
    }
}

extension ZoomRange {
    fileprivate init(_ settings: inout Settings) throws {
        guard let value = settings.value("zoom_range") else {
            self = 0
            return
        }
        if let number = value.number {
            self = .around(number)
        } else if let limits = value.numbers, limits.count == 2 {
            self = .between(limits[0], limits[1])
        } else {
            throw settings.wrong("zoom_range", value, "a number or a list of two")
        }
    }

    fileprivate var record: Record {
        switch self {
        case .around(let zoom): .number(zoom)
        case .between(let lower, let upper): [.number(lower), .number(upper)]
        }
    }
}
