import BigEggs
import Foundation
import Testing

/// `bigeggs report` killed, interrupted and disturbed while it trains.
@Suite(.serialized) struct InterruptedReportTests {
    let data: TinyCIFAR10
    let checkout: CopiedCheckout

    init() throws {
        data = try TinyCIFAR10()
        checkout = try CopiedCheckout(data: data)
    }

    @Test func aKilledReportResumesBitIdentically() throws {
        let undisturbed = try CopiedCheckout(data: data)
        #expect(try undisturbed.run("report", "--epochs", "6").status == 0)

        // Only the command is killed; the process of its section then ends too.
        let first = try RunningReport(in: checkout)
        try first.waitForCheckpoint(3, of: "04-plain-training")
        first.send(SIGKILL)
        #expect(first.waitForEnd().status == 128 + SIGKILL)
        let status = try Record(json: try checkout.run("status", "--json", "--epochs", "6").output)
        #expect(status[path: "training.section"] == "04-plain-training")
        let ended = try #require(status[path: "training.epoch"]?.integer)
        #expect(status[path: "training.history.val_loss"]?.numbers?.count == ended)

        // The section's process is killed too, so it cannot save anything.
        let second = try RunningReport(in: checkout)
        try second.waitForCheckpoint(3, of: "05-augmented-training")
        for section in second.children { kill(section, SIGKILL) }
        second.send(SIGKILL)
        let broken = second.waitForEnd()
        for section in ["01-data", "02-normalization", "03-augmentation"] {
            #expect(broken.output.contains("\(section) is up to date"))
        }
        #expect(broken.output.contains("\n04-plain-training: Plain training"))
        #expect(broken.output.contains("going on from"))

        let third = try RunningReport(in: checkout).waitForEnd()
        #expect(third.status == 0, "\(third.errors)")
        #expect(third.output.contains("04-plain-training is up to date"))
        #expect(third.output.contains("going on from"))
        for weights in ["plain", "augmented", "fast"] {
            let file = "/runs/quick/weights/\(weights).safetensors"
            let expected = try Data(contentsOf: URL(fileURLWithPath: undisturbed.directory.path + file))
            let found = try Data(contentsOf: URL(fileURLWithPath: checkout.directory.path + file))
            #expect(expected == found, "the weights of the \(weights) training")
        }
        let files = ["augmented", "fast", "plain"].map { "\($0).safetensors" }
        #expect(try weights() == files, "nothing else is left")
        #expect(try losses(in: undisturbed) == losses(in: checkout))

        let pages = ["report.md", "report.html", "notebooks/04-plain-training.html"].map {
            URL(fileURLWithPath: checkout.directory.path + "/runs/quick/report/" + $0)
        }
        let written = try pages.map { try Data(contentsOf: $0) }
        try FileManager.default.removeItem(at: pages[0])
        let again = try checkout.run("report", "--no-run", "--epochs", "6")
        #expect(again.status == 0 && !again.output.contains("is up to date"), "\(again.errors)")
        #expect(try pages.map { try Data(contentsOf: $0) } == written)
    }

    @Test func anInterruptMakesTheSectionSaveItsTrainingAndEnd() throws {
        // While the report is made, other commands may not write to its directory.
        let report = try RunningReport(in: checkout)
        try report.wait(for: "records/01-data.json")
        let other = try checkout.run("step", "--only", "1")
        #expect(other.status == 1)
        #expect(other.errors.contains("process \(report.identifier) ("), "\(other.errors)")
        #expect(other.errors.contains("report --epochs 6) is writing to"))

        let figures = try checkout.run("figures", "--profile", "quick")
        #expect(figures.status == 1)
        #expect(figures.errors.contains("process \(report.identifier) ("), "\(figures.errors)")

        try report.waitForCheckpoint(2, of: "04-plain-training")
        let section = try #require(report.children.first)
        // Only the command gets the signal, as from `kill`; Ctrl-C would signal the section too.
        report.send(SIGINT)
        let ended = report.waitForEnd()
        #expect(ended.status == 130, "\(ended.errors)")
        #expect(ended.errors.contains("the training was interrupted"))
        #expect(
            ended.errors.hasSuffix(
                "error: section 04-plain-training was interrupted; the same command resumes it\n"))
        #expect(!isRunning(section), "the section has ended before the command")
        let status = try checkout.status("--epochs", "6")
        #expect(status.reasons(4).first?.hasPrefix("its training is to go on in epoch ") == true)

        // Resuming with another script would mix two trainings.
        try checkout.append("// A comment.\n", to: "notebooks/04-plain-training/main.swift")
        let changed = try checkout.run("report", "--epochs", "6")
        #expect(changed.status == 1)
        #expect(changed.errors.contains("since then the script changed: add --resume to go on anyway"))
        let resumed = try checkout.run("step", "--epochs", "6", "--resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("going on from"))
    }

    @Test func aSectionSavesItsTrainingAndEndsWhenItsParentIsKilled() throws {
        let report = try RunningReport(in: checkout)
        try report.waitForCheckpoint(2, of: "04-plain-training")
        let section = try #require(report.children.first)
        report.send(SIGKILL)
        _ = report.waitForEnd()
        let limit = Date() + 30
        while isRunning(section), Date() < limit { usleep(20_000) }
        #expect(!isRunning(section), "no orphan goes on training")
        // The section was signalled, not killed, so it has saved its state.
        let next = try checkout.run("step", "--epochs", "6")
        #expect(next.output.contains("going on from"))
    }

    /// Whether a process runs. A zombie does not.
    private func isRunning(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
            return false
        }
        return !status.contains(") Z ")
    }

    private func weights() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: checkout.directory.path + "/runs/quick/weights")
            .sorted()
    }

    private func losses(in checkout: CopiedCheckout) throws -> [String: [Double]] {
        struct Record: Decodable {
            struct Results: Decodable { let history: [String: [Double]] }
            let results: Results
        }
        let path = checkout.directory.path + "/runs/quick/records/05-augmented-training.json"
        let record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        return record.results.history.filter { $0.key != "seconds" }
    }
}

/// A running `bigeggs report --epochs 6`.
private final class RunningReport {
    struct NoCheckpoint: Error, CustomStringConvertible {
        let description: String
    }
    private let process = Process()
    private let scratch: TemporaryDirectory
    private let checkout: CopiedCheckout

    init(in checkout: CopiedCheckout) throws {
        self.checkout = checkout
        scratch = try TemporaryDirectory()
        // `env` restores the default actions of signals, as for a program started at a terminal.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "--default-signal=INT,TERM,HUP", checkout.program.path, "report", "--epochs", "6",
        ]
        process.currentDirectoryURL = checkout.directory.url
        process.environment = checkout.environment
        process.standardInput = FileHandle.nullDevice
        let limit = Date() + 60
        repeat {
            // Waits for a section of an earlier run that has not ended.
            process.standardOutput = try scratch.emptyFile("output")
            process.standardError = try scratch.emptyFile("errors")
        } while isLocked && Date() < limit
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }
    func send(_ signal: Int32) { kill(identifier, signal) }

    /// The running child processes of the command.
    var children: [Int32] {
        let list = "/proc/\(identifier)/task/\(identifier)/children"
        let text = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    func wait(for file: String) throws {
        let path = checkout.directory.path + "/runs/quick/" + file
        let limit = Date() + 300
        while !FileManager.default.fileExists(atPath: path), process.isRunning, Date() < limit {
            usleep(2_000)
        }
    }

    func waitForCheckpoint(_ number: Int, of section: String) throws {
        let directory = checkout.directory.path + "/runs/quick/weights"
        let limit = Date() + 300
        while process.isRunning, Date() < limit {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            let numbers = files.filter { $0.hasPrefix(section + ".checkpoint-") }
                .compactMap { Int($0.dropFirst(section.count + ".checkpoint-".count).prefix(4)) }
            if numbers.contains(where: { $0 >= number }) { return }
            usleep(2_000)
        }
        throw NoCheckpoint(description: "no checkpoint \(number) of \(section): \(waitForEnd().errors)")
    }

    func waitForEnd() -> (status: Int32, output: String, errors: String) {
        process.waitUntilExit()
        let status = process.terminationStatus
        return (
            process.terminationReason == .uncaughtSignal ? 128 + status : status,
            (try? scratch.text("output")) ?? "", (try? scratch.text("errors")) ?? ""
        )
    }

    /// Whether a process writes to the run's directory.
    private var isLocked: Bool {
        let file = open(checkout.directory.path + "/runs/quick/records/.lock", O_RDWR)
        guard file >= 0 else { return false }
        defer { close(file) }
        let isFree = flock(file, LOCK_EX | LOCK_NB) == 0
        if !isFree { usleep(20_000) }
        return !isFree
    }
}
