import BigEggs

extension Section {
    /// What the study's committed records say; nil where the data set is not CIFAR-10, of which they are.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    public func study(line: Int = #line) throws -> StudyResults? {
        reading?.reach(line: line)
        let study = Study(project: project)
        studyDigest = try study.digest()
        return isCIFAR10 ? try StudyResults(study) : nil
    }
}
