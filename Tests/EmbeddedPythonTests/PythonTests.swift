import EmbeddedPython
import Foundation
import Testing

/// Tests of the interpreter in this process. Serialized: there is one interpreter.
@Suite(.serialized) struct PythonTests {
    @Test func callsAFunctionOfTheStandardLibrary() throws {
        #expect(try Python.call("gcd", in: "math", [.int(12), .int(18)]) == .int(6))
        #expect(try Python.call("sqrt", in: "math", [.double(2)]) == .double(2.0.squareRoot()))
    }

    @Test func valuesOfEveryTypeRoundTrip() throws {
        let module = try PythonModule("carries_values", "def same(value): return value\n")
        defer { module.remove() }
        let value = PythonValue.dictionary([
            "none": .none, "true": .bool(true), "false": .bool(false),
            "whole": .list([.int(0), .int(-7), .int(.max), .int(.min)]),
            "real": .list([.double(0.1), .double(-.infinity), .double(.leastNonzeroMagnitude), .double(3)]),
            "text": .list([.string(""), .string("≥ 90 % 🥚"), .string("a\0b")]),
            "empty": .list([.list([]), .dictionary([:])]),
        ])
        #expect(try module.call("same", value) == value)
    }

    @Test func swiftValuesHaveTheExpectedPythonTypes() throws {
        let module = try PythonModule(
            "sees_types", "def kinds(*values): return [type(v).__name__ for v in values]\n")
        defer { module.remove() }
        let kinds = try module.call(
            "kinds", .none, .bool(true), .int(1), .double(1), .string("a"), .list([]), .dictionary([:]))
        #expect(
            kinds.list?.compactMap(\.string) == ["NoneType", "bool", "int", "float", "str", "list", "dict"])
    }

    @Test func convertsTuplesAndNumPyNumbers() throws {
        let module = try PythonModule(
            "takes_numpy",
            """
            import numpy
            def numbers(): return (numpy.int64(3), numpy.float64(0.5), numpy.uint8(255))
            """)
        defer { module.remove() }
        #expect(try module.call("numbers") == .list([.int(3), .double(0.5), .int(255)]))
    }

    @Test func refusesAResultWithoutASwiftValue() throws {
        let module = try PythonModule(
            "returns_objects",
            """
            def an_object(): return object()
            def a_number_as_key(): return {1: 2}
            def a_huge_number(): return 2 ** 64
            def half_a_character(): return "\\ud800"
            def itself():
                list = []
                list.append(list)
                return list
            """)
        defer { module.remove() }
        #expect(throws: PythonError.noSwiftValue(type: "object")) { try module.call("an_object") }
        #expect(throws: PythonError.noSwiftValue(type: "dict with a key of type int")) {
            try module.call("a_number_as_key")
        }
        #expect(throws: PythonError.noSwiftValue(type: "list or dict nested deeper than 100")) {
            try module.call("itself")
        }
        for (function, type) in [
            ("a_huge_number", "OverflowError"), ("half_a_character", "UnicodeEncodeError"),
        ] {
            let error = #expect(throws: PythonError.self) { try module.call(function) }
            let description = try #require(error).description
            #expect(description.hasPrefix("Python raised \(type): "))
        }
    }

    @Test func aFunctionFillsSwiftMemory() throws {
        let module = try PythonModule(
            "fills_memory",
            """
            kept = []
            def fill(memory, start):
                for i in range(len(memory)): memory[i] = start + i
                kept.append(memory)
                return memory.nbytes
            def use(): return kept[0][0]
            def fail(memory): raise KeyError(memory[0])
            """)
        defer { module.remove() }
        try Python.start(searchPaths: [module.directory.path])
        func call(_ name: String, _ arguments: PythonValue..., filling bytes: inout [UInt8]) throws
            -> PythonValue
        {
            try bytes.withUnsafeMutableBytes {
                try Python.call(name, in: "fills_memory", arguments, filling: $0)
            }
        }
        var bytes: [UInt8] = [0, 0, 0, 0, 0]
        #expect(try call("fill", .int(7), filling: &bytes) == .int(5))
        #expect(bytes == [7, 8, 9, 10, 11])
        // A view of the memory that Python keeps is unusable after the call.
        let later = #expect(throws: PythonError.self) { try module.call("use") }
        #expect(later?.description.hasPrefix("Python raised ValueError: operation forbidden") == true)
        let failed = #expect(throws: PythonError.self) { try call("fail", filling: &bytes) }
        #expect(failed?.description == "Python raised KeyError: 7")
    }

    @Test func anExceptionMarkedAsASentenceShowsOnlyItsMessage() throws {
        let module = try PythonModule(
            "raises_sentences",
            """
            class Refusal(Exception): is_sentence = True
            class Other(Exception): is_sentence = False
            def refuse(): raise Refusal("there is no figure named pie")
            def fail(): raise Other("pie")
            """)
        defer { module.remove() }
        let error = #expect(throws: PythonError.self) { try module.call("refuse") }
        #expect(error?.description == "there is no figure named pie")
        let other = #expect(throws: PythonError.self) { try module.call("fail") }
        #expect(other?.description.hasPrefix("Python raised ") == true)
    }

    @Test func anExceptionBecomesAnErrorWithMessageAndTraceback() throws {
        let module = try PythonModule(
            "raises",
            """
            class Broken(Exception): pass
            def outer(): inner()
            def inner(): raise Broken("the third egg")
            """)
        defer { module.remove() }
        let error = try #require(throws: PythonError.self) { try module.call("outer") }
        #expect(error.description == "Python raised Broken: the third egg")
        let traceback = try #require(error.traceback)
        #expect(traceback.contains("raises.py\", line 3, in inner"))
        #expect(!error.description.contains("\n"))
    }

    @Test func pythonWorksAfterSystemExit() throws {
        let error = #expect(throws: PythonError.self) { try Python.call("exit", in: "sys", [.int(3)]) }
        #expect(error?.description == "Python raised SystemExit: 3")
        #expect(try Python.call("gcd", in: "math", [.int(4), .int(6)]) == .int(2))
    }

    @Test func anUnknownModuleIsReportedWithoutAPackage() {
        #expect(throws: PythonError.moduleMissing(module: "no_such_module", debianPackage: nil)) {
            try Python.call("anything", in: "no_such_module")
        }
    }

    @Test func repeatedStartsAddEachSearchPathOnce() throws {
        let module = try PythonModule(
            "counts_paths", "import sys\ndef count(path): return sys.path.count(path)\n")
        defer { module.remove() }
        for _ in 1...3 { try Python.start(searchPaths: [module.directory.path]) }
        #expect(try module.call("count", .string(module.directory.path)) == .int(1))
    }

    @Test func concurrentCallsReturnTheirOwnResults() async throws {
        let sums = try await withThrowingTaskGroup(of: PythonValue.self) { group in
            for number in 0..<32 {
                group.addTask { try Python.call("factorial", in: "math", [.int(number % 10)]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.filter { $0 == .int(362_880) }.count == 3)
        #expect(sums.count == 32)
    }
}
