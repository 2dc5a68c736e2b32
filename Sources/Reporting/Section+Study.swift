import BigEggs

extension Section {
    /// The results in the study's committed records; nil if the data set is not CIFAR-10.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    public func study(line: Int = #line) throws -> StudyResults? {
        reading?.reach(line: line)
        let study = Study(project: project)
        studyDigest = try study.digest(of: StudyRun.beyond)
        return isCIFAR10 ? try StudyResults(study) : nil
    }

    /// The results in the committed records of the fast network; nil if the data set is not CIFAR-10.
    ///
    /// - Throws: `RecordError` or `FileError` for a record that cannot be read.
    public func fastStudy(line: Int = #line) throws -> FastResults? {
        reading?.reach(line: line)
        let study = Study(project: project)
        fastStudyDigest = try study.digest(of: StudyRun.fast)
        return isCIFAR10 ? try FastResults(study) : nil
    }
}
