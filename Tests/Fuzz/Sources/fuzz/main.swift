import CFuzzer

// usage: fuzz LOADER [libFuzzer's options and directories]
//
// Writes each input to a file in the current directory and has the library load it.
guard Loader.chosen != nil else { fatalError("the loaders are \(Loader.allCases.map(\.rawValue))") }

// libFuzzer sees the arguments without the loader's name.
var arguments = CommandLine.unsafeArgv + 1
arguments[0] = CommandLine.unsafeArgv[0]
var count = CommandLine.argc - 1
var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
_ = LLVMFuzzerRunDriver(&count, &pointer) { bytes, count in
    Loader.chosen?.feed(UnsafeBufferPointer(start: bytes, count: count))
    return 0
}
