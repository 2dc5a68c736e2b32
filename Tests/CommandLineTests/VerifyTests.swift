import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct VerifyTests {
    private struct Found: Decodable {
        struct Item: Decodable {
            let section, name, agreement: String
        }
        let items: [Item]
        let outcome: String
        let excuse: String?
    }

    private let checkout: CopiedCheckout

    init() throws {
        checkout = try CopiedCheckout(data: try TinyCIFAR10())
        try FileManager.default.createSymbolicLink(
            atPath: checkout.directory.path + "/report/quick",
            withDestinationPath: CopiedCheckout.root + "/report/quick")
    }

    /// The first epoch of plain training on Fashion-MNIST gives the same bits as the recorded quick run.
    @Test func theCommittedQuickRunIsVerified() throws {
        let run = try checkout.run(
            "verify", "04-plain-training", "--data", "fashion-mnist", "--epochs", "1", "--threads", "3",
            "--json")
        let found = try run.json(as: Found.self)
        #expect(
            found.items.map(\.name) == [
                "losses of 79 steps", "weights after 1 epoch", "history of 1 epoch",
            ])
        // Without digests for this kind of processor, results need only be within tolerance.
        if found.excuse == nil {
            #expect(found.outcome == "same bits" && run.status == 0)
        } else {
            // oneDNN 3.7 names another instruction set than 2.6: bits may differ, but did not.
            #expect(
                found.outcome == "same bits" && run.status == 0
                    || found.outcome == "within tolerance" && run.status == 2)
        }
        #expect(run.errors.contains("in runs/verify/records: 04-plain-training, 1 epoch of each training"))
    }

    /// Section 3 has results without a training: the generator's settings and a transformed image.
    @Test func theCommittedRecordsMatchASectionsCurrentResults() throws {
        let run = try checkout.run("verify", "3", "--data", "fashion-mnist", "--json")
        let items = try run.json(as: Found.self).items
        #expect(items.map(\.name) == ["alone", "generator", "image", "together"])
        #expect(items.allSatisfy { $0.agreement == "same bits" })
        #expect(run.status == 0)
    }

    /// Sections 6 and 7 read the results of earlier sections.
    @Test func theUsersOwnRunIsVerified() throws {
        let made = try checkout.run("report", "--epochs", "2", "--threads", "1")
        try #require(made.status == 0, "standard error:\n\(made.errors)")
        let whole = try checkout.run("verify", "--epochs", "2", "--threads", "2")
        #expect(whole.status == 0, "standard output:\n\(whole.output)")
        #expect(whole.output.contains("are those of runs/quick/records, bit for bit."))
        let onto = try checkout.run("verify", "6", "--out", "runs/quick")
        #expect(onto.status == 1)
        #expect(onto.errors.contains("runs/quick/records has the records to compare with"))
        let later = try checkout.run("verify", "6", "7")
        #expect(later.status == 0, "standard output:\n\(later.output)")
        #expect(later.output.contains("06-results"))

        // A changed number in a record is a difference.
        let record = "runs/quick/records/06-results.json"
        try checkout.replace("\"accuracy\": 0.", with: "\"accuracy\": 0.1", in: record)
        let changed = try checkout.run("verify", "6")
        #expect(changed.status == 1)
        #expect(changed.output.contains("differ from those of runs/quick/records; the first is 06-results"))
    }

    @Test(arguments: [
        (["verify"], "runs/quick/records has no records of the data set that is used"),
        (["verify", "--against", "runs/nowhere"], "runs/nowhere/records has no records: name the directory"),
        (
            ["verify", "4", "--against", "runs/nowhere"],
            "runs/nowhere/records has no records: name the directory"
        ),
        (["verify", "--profile", "full"], "report/records has no records: name the directory"),
        (["verify", "--profile", "full", "--quick"], "report/records has no records: name the directory"),
        (
            ["verify", "3", "--quick", "--data", "fashion-mnist"],
            "03-augmentation has no training, so there are no first epochs to compare"
        ),
        (
            ["verify", "7", "--data", "fashion-mnist"],
            "has no record of 07-demo: name another section, or other records"
        ),
    ])
    func anImpossibleVerificationIsReported(_ arguments: [String], _ message: String) throws {
        let run = try BigEggsProgram(
            running: checkout.program, arguments, in: checkout.directory.url,
            environment: checkout.environment)
        #expect(run.status == 1)
        #expect(run.errors.contains(message), "\(run.errors)")
    }
}
