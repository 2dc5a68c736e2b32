import BigEggs

extension Settings {
    /// - Parameters:
    ///   - json: a JSON object; NULL for none.
    ///   - owner: the owner of the settings in error messages, such as "Conv2D".
    init(_ json: UnsafePointer<CChar>?, of owner: String) throws {
        guard let json else {
            self.init(of: owner)
            return
        }
        let text = try requireText(json, "settings")
        do {
            let record = try Record(json: Array(text.utf8), source: "the settings of \(owner)")
            try self.init(record, of: owner)
        } catch let error as RecordError {
            throw Failure.invalidArgument("\(error)")
        }
    }
}
