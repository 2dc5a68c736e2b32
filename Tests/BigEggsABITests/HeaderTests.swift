import BigEggsABI
import Foundation
import Testing

@Suite struct HeaderTests {
    /// The compiler checks the signature of each `@implementation`; this test checks that none is missing.
    @Test func everyFunctionOfTheHeaderIsExported() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let header = try String(
            contentsOf: root.appending(path: "Sources/CBigEggs/include/bigeggs.h"), encoding: .utf8)
        let declarations = header.replacing(/\/\*(?s:.*?)\*\//, with: "")
        let functions = declarations.matches(of: /\b(be_\w+)\s*\(/).map { String($0.1) }
        #expect(functions.count > 20)
        // NULL is glibc's RTLD_DEFAULT, the scope that `ctypes.CDLL(None)` searches.
        for function in functions {
            #expect(dlsym(nil, function) != nil, "\(function) is not exported")
        }
        #expect(dlsym(nil, "be_no_such_function") == nil)
    }
}
