import Reporting

/// The checkout that these tests belong to.
enum Checkout {
    static var root: String { get throws { try Project.locate(from: [#filePath]).root } }
}
