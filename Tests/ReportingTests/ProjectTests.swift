import BigEggs
import Foundation
import Reporting
import Testing

@Suite struct ProjectTests {
    @Test func theCheckoutIsFoundFromAnyDirectoryInsideIt() throws {
        let root = try Checkout.root
        #expect(try Project.locate(from: ["/", root + "/notebooks/01-data"]).root == root)
        #expect(try Project.locate().root == root, "these tests run from inside the checkout")
    }

    @Test func outsideACheckoutTheErrorSaysWhereItWasSearched() throws {
        let elsewhere = try TemporaryDirectory()
        let error = #expect(throws: ReportingError.self) { try Project.locate(from: [elsewhere.path]) }
        #expect(error?.description.contains(elsewhere.path) == true)
    }

    @Test func anInstalledExecutableReadsItsPrefixAndWritesToTheCurrentDirectory() throws {
        let prefix = try TemporaryDirectory()
        for directory in ["lib/bigeggs", "share/bigeggs/notebooks"] {
            try FileManager.default.createDirectory(
                atPath: prefix.path + "/" + directory, withIntermediateDirectories: true)
        }
        let project = try Project.locate(from: [prefix.path + "/lib/bigeggs", "/"])
        #expect(project.isInstalled && project.root == prefix.path + "/share/bigeggs")
        for profile in Profile.allCases {
            let layout = OutputLayout(project: project, profile: profile)
            #expect(layout.records == "\(Project.currentDirectory)/runs/\(profile.rawValue)/records")
        }
        let checkout = try Checkout.root
        #expect(try Project.locate(from: [prefix.path + "/lib/bigeggs", checkout]).root == checkout)
    }

    @Test func aQuickRunNeverWritesOverTheCommittedReport() {
        let project = Project(root: "/checkout")
        let quick = OutputLayout(project: project, profile: .quick)
        let full = OutputLayout(project: project, profile: .full)
        #expect(quick.record("04-plain-training") == "/checkout/runs/quick/records/04-plain-training.json")
        #expect(full.record("04-plain-training") == "/checkout/report/records/04-plain-training.json")
        #expect(full.notebook("01-data") == "/checkout/notebooks/01-data.ipynb")
        for path in [quick.records, quick.weights, quick.plots, quick.notebooks, quick.report] {
            #expect(path.hasPrefix("/checkout/runs/quick/"))
        }
    }

    @Test func anExplicitDirectoryIsUsedForEitherProfile() {
        let project = Project(root: "/checkout")
        for profile in Profile.allCases {
            let layout = OutputLayout(project: project, profile: profile, out: "/elsewhere")
            #expect(layout == OutputLayout(directory: "/elsewhere"))
        }
    }

    @Test func aFileInPlaceOfADirectoryIsReported() throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.path + "/records"))
        let error = #expect(throws: FileError.self) {
            try OutputLayout(directory: directory.path).create()
        }
        #expect(error?.description.contains(directory.path + "/records") == true)
    }

    @Test func sectionsAreFoundByNameAndByNumber() {
        #expect(ReportSection(argument: "04-plain-training") == "04-plain-training")
        #expect(ReportSection(argument: "4") == "04-plain-training")
        #expect(ReportSection(argument: "07") == "07-demo")
        #expect(ReportSection(argument: "\(ReportSection.allCases.count + 1)") == nil)
        #expect(
            ("01-data" as ReportSection).next == "02-normalization"
                && ReportSection.allCases.last?.next == nil)
    }
}
