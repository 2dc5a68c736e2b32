import BigEggs
import Foundation
import Testing

@Suite struct RecordTests {
    private struct Measured: Codable, Equatable {
        var name: String
        var loss: Float
        var history: [String: [Double]]
        var epoch: Int?
        var date: Date
    }

    private func problem(in json: String) -> (line: Int, column: Int, problem: String)? {
        let error = #expect(throws: RecordError.self) { try Record(json: json) }
        guard case .invalid(_, let line, let column, let problem) = error else { return nil }
        return (line, column, problem)
    }

    @Test func valuesAreFoundByPath() throws {
        let record: Record = [
            "results": ["history": ["loss": [1, 0.5]], "demo": [["index": 3]], "none": nil]
        ]
        #expect(record[path: "results.history.loss"]?.numbers == [1, 0.5])
        #expect(record[path: "results.demo.0.index"]?.integer == 3)
        #expect(record[path: "results.none"]?.isNull == true)
        #expect(record[path: "results.demo.1"] == nil)
        #expect(record[path: "results.history.accuracy"] == nil)
        #expect(record[path: "results.history.loss.0.deeper"] == nil)
        #expect(record[path: ""] == nil)
    }

    @Test func typedAccessRefusesOtherTypes() {
        let record: Record = ["list": [1, "two"], "matrix": [[1, 2], [3]], "half": 0.5, "yes": true]
        #expect(record["list"]?.numbers == nil)
        #expect(record["list"]?.strings == nil)
        #expect(record["matrix"]?.matrix == [[1, 2], [3]])
        #expect(record["half"]?.integer == nil)
        #expect(record["half"]?.number == 0.5)
        #expect(record["yes"]?.bool == true)
        #expect(record["yes"]?.number == nil)
    }

    @Test func membersAreSetAndRemoved() {
        var record: Record = ["a": 1]
        record["b"] = "two"
        record["a"] = nil
        #expect(record == ["b": "two"])
    }

    @Test func layoutIsSortedAndKeepsNumbersOnOneLine() throws {
        let record: Record = [
            "matrix": [[1, 2], [3, 4]],
            "loss": .numbers((0..<40).map { Double($0) / 8 }),
            "empty": [], "nothing": [:], "none": nil, "yes": true,
            "data": ["name": "CIFAR-10", "classNames": ["airplane", "bird"]],
            "names": .array((0..<12).map { "a rather long name, number \($0)" }),
            "sample": ["theta": 1.5, "tx": -2, "text": "a \"b\" \\ \n\u{1} ü"],
        ]
        #expect(
            try record.json() == """
                {
                  "data": {
                    "classNames": ["airplane", "bird"],
                    "name": "CIFAR-10"
                  },
                  "empty": [],
                  "loss": [\((0..<40).map { $0 % 8 == 0 ? "\($0 / 8)" : "\(Double($0) / 8)" }.joined(separator: ", "))],
                  "matrix": [
                    [1, 2],
                    [3, 4]
                  ],
                  "names": [
                \((0..<12).map { "    \"a rather long name, number \($0)\"" }.joined(separator: ",\n"))
                  ],
                  "none": null,
                  "nothing": {},
                  "sample": {"text": "a \\"b\\" \\\\ \\n\\u0001 ü", "theta": 1.5, "tx": -2},
                  "yes": true
                }

                """)
    }

    @Test func numbersAreShortAndExact() throws {
        let numbers: [Double] = [
            0, -0.0, 1, -17, 0.1, 1.0 / 3, 1e-5, Double.leastNonzeroMagnitude, 1.7976931348623157e308,
            9_007_199_254_740_991,
            9_007_199_254_740_994, 1e22, 123_456_789_012_345_680, -1e15, 2.5e-7,
        ]
        let text = try Record.numbers(numbers).json()
        let read = try #require(try Record(json: text).numbers)
        #expect(read.map(\.bitPattern) == numbers.map(\.bitPattern))
        #expect(text.hasPrefix("[0, -0.0, 1, -17, 0.1, 0.3333333333333333, 1e-05, 5e-324, "))
    }

    /// The smallest 64-bit integer has no positive counterpart.
    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-9007199254740992", "1e300"])
    func largeNumbersRoundTripUnchanged(text: String) throws {
        let number = try #require(Double(text))
        let written = try Record(json: text).json()
        #expect(Double(written.trimmingCharacters(in: .newlines)) == number)
    }

    @Test func floatsKeepTheirShortestDigits() throws {
        #expect(
            try Record.numbers([Float(0.1), 1, 3.4e38, .leastNonzeroMagnitude]).json()
                == "[0.1, 1, 3.4e+38, 1e-45]\n")
        #expect(try Record(encoding: ["loss": Float(0.3)]).json() == "{\"loss\": 0.3}\n")
    }

    @Test func theSameRecordGivesTheSameBytes() throws {
        let keys = (0..<200).map { "key\($0)" }
        let forward = Record.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .string($0)) }))
        let backward = Record.object(
            Dictionary(uniqueKeysWithValues: keys.reversed().map { ($0, .string($0)) }))
        #expect(try forward.json() == backward.json())
    }

    @Test func infinityAndNaNAreRefusedWithTheirPath() {
        let record: Record = ["results": ["history": ["loss": [1, .number(.nan)]]]]
        let error = #expect(throws: RecordError.self) { try record.json() }
        #expect(error?.description.hasPrefix("results.history.loss.1 is nan") == true)
        let nested: Record = ["a": ["b": .number(.infinity)]]
        #expect(throws: RecordError.notFinite(path: "a.b", value: .infinity)) { try nested.json() }
        #expect(throws: RecordError.notFinite(path: "history.loss.1", value: -.infinity)) {
            try Record(encoding: ["history": ["loss": [0, -Float.infinity]]])
        }
    }

    @Test func encodableValuesAreRecordedAndReadBack() throws {
        let value = Measured(
            name: "plain", loss: 0.1, history: ["loss": [1, 0.25]], epoch: nil,
            date: Date(timeIntervalSince1970: 1_700_000_000))
        let record = try Record(encoding: value)
        #expect(record["date"] == "2023-11-14T22:13:20Z")
        #expect(record[path: "history.loss"]?.numbers == [1, 0.25])
        #expect(try record.decoded(as: Measured.self) == value)
        var wrong = record
        wrong["history"] = ["loss": [1, "x"]]
        let error = #expect(throws: RecordError.self) { try wrong.decoded(as: Measured.self) }
        #expect(error?.description.hasPrefix("history.loss.1 ") == true)
        wrong["history"] = nil
        #expect(throws: RecordError.notConvertible(path: "history", problem: "it is missing")) {
            try wrong.decoded(as: Measured.self)
        }
    }

    @Test func recordsRoundTripThroughFoundationsJSONCoders() throws {
        let record: Record = ["a": [1, 0.5, true, nil, "x", ["b": []]]]
        let data = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(Record.self, from: data) == record)
    }

    @Test func filesAreWrittenAtomicallyAndRead() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/01-data.json"
            let record: Record = ["section": "01-data", "title": "Eier, groß – 鸡蛋 🥚"]
            try record.write(to: path)
            #expect(try Record.read(path) == record)
            #expect(throws: RecordError.self) { try Record.number(.nan).write(to: path) }
            #expect(try Record.read(path) == record)
            #expect(throws: FileError.missing(file: path + "x")) { try Record.read(path + "x") }
        }
    }

    @Test func allJSONSyntaxIsRead() throws {
        let record = try Record(
            json:
                " {\"a\\u00e9\\ud83e\\udd5a\\/\\b\\f\\n\\r\\t\\\"\\\\\" : [ -0.5e+2 , 1E-3,0 ,{}, [] ] }\r\n\t"
        )
        #expect(record == ["aé🥚/\u{8}\u{C}\n\r\t\"\\": [-50, 0.001, 0, [:], []]])
    }

    @Test func syntaxErrorsAreReportedWithLineAndColumn() throws {
        let faults: [(String, Int, Int)] = [
            ("", 1, 1), ("{\n  \"a\": 1,\n  \"b\" 2\n}", 3, 7), ("[1,\n2\n3]", 3, 1), ("[1,]", 1, 4),
            ("{\"a\":1,}", 1, 8), ("{\"a\":1\n,\"a\":2}", 2, 2), ("{a:1}", 1, 2), ("[NaN]", 1, 2),
            ("[nul]", 1, 2), ("01", 1, 1), ("-", 1, 2), ("1.", 1, 3), ("1e", 1, 3), ("[1e999]", 1, 2),
            ("\"abc", 1, 1), ("\"a\nb\"", 1, 3), ("\"\\x\"", 1, 2), ("\"\\u12g4\"", 1, 2),
            ("\"\\ud83e\"", 1, 2), ("\"\\udd5a\"", 1, 2), ("{} {}", 1, 4), ("[1", 1, 3), ("+1", 1, 1),
            ("'a'", 1, 1), (String(repeating: "[", count: 200), 1, 129), ("\"\\u+123\"", 1, 2),
        ]
        for (json, line, column) in faults {
            let found = problem(in: json)
            #expect(found?.line == line && found?.column == column, "\(json): \(String(describing: found))")
        }
    }

    @Test func anErrorInAFileNamesFileAndLine() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/04-plain-training.json"
            try AtomicFile.write("{\n  \"section\": \"04-plain-training\",\n  oops\n}\n", to: path)
            let error = #expect(throws: RecordError.self) { try Record.read(path) }
            #expect(error?.description.hasPrefix("\(path), line 3, column 3: ") == true)
            let invalid: [UInt8] = [0x22, 0xFF, 0x22]
            try AtomicFile.write([invalid], to: path)
            #expect(throws: RecordError.self) { try Record.read(path) }
        }
    }

    @Test func tenThousandNumbersAreWrittenAndReadInUnderASecond() throws {
        let numbers = (0..<10_000).map { Double($0 &* 2_654_435_761 % 1_000_003) / 1_000_003 }
        let record: Record = ["confidence": .numbers(numbers)]
        let elapsed = try ContinuousClock().measure {
            let text = try record.json()
            #expect(text.count { $0 == "\n" } == 3)
            #expect(try Record(json: text) == record)
        }
        #expect(elapsed < .seconds(1))
    }
}
