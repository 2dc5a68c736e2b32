import Foundation
import Testing

/// Serialized: each run uses every core.
@Suite(.serialized) struct EnvironmentTests {
    /// Variables that would make libraries behave differently or fail.
    private static let hostile = [
        "MPLBACKEND": "Qt4Agg", "MATPLOTLIBRC": "/dev/null/none", "MPLCONFIGDIR": "/proc/none", "MPL_X": "1",
        "SOURCE_DATE_EPOCH": "abc",
        "FREETYPE_PROPERTIES": "truetype:interpreter-version=35 autofitter:warping=1",
        "FONTCONFIG_FILE": "/dev/null/none", "FC_DEBUG": "1024", "NPY_DISABLE_CPU_FEATURES": "SSE2 NONE",
        "OPENBLAS_CORETYPE": "none", "PILLOW_BLOCK_SIZE": "-1", "PILLOW_ALIGNMENT": "x", "JPEGMEM": "1",
        "JSIMD_FORCENONE": "1", "LANG": "tr_TR.ISO-8859-9", "LC_ALL": "xx", "LANGUAGE": "de",
        "TZ": "Nowhere/None",
        "PYTHONHASHSEED": "-1", "PYTHONHOME": "/none", "PYTHONPATH": "/none", "PYTHONIOENCODING": "ascii",
        "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONMALLOC": "none", "PYTHONUTF8": "0",
        "COLUMNS": "-3", "TERM": "none", "NO_COLOR": "1", "TMPDIR": "/none", "XDG_CACHE_HOME": "/proc/none",
        "XDG_CONFIG_HOME": "/proc/none", "XDG_DATA_HOME": "/proc/none", "DISPLAY": ":99", "PATH": "",
    ]

    private struct Description: Decodable { let checksum: String }

    private func plots(_ run: TemporaryDirectory) throws -> [String: Data] {
        try FileManager.default.contentsOfDirectory(atPath: run.path + "/plots").reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(run.path)/plots/\($1)"))
        }
    }

    /// All variables are set at once, without `HOME`, in a directory with settings for matplotlib.
    @Test func figuresDoNotDependOnTheEnvironment() throws {
        let data = try TinyCIFAR10()
        let checksum = try BigEggsProgram("data", "--data", data.path, "--json").json(as: Description.self)
            .checksum
        let settings = try TemporaryDirectory()
        try Data("backend: Qt4Agg\nfont.size: 30\nsvg.fonttype: none\nnonsense\n".utf8)
            .write(to: settings.url.appendingPathComponent("matplotlibrc"))
        func figures(_ environment: [String: String]) throws -> [String: Data] {
            let run = try recordedRun(ofDataWithChecksum: checksum)
            let drawn = try BigEggsProgram(
                running: BigEggsProgram.url, ["figures", "--data", data.path, "--out", run.path],
                in: settings.url, environment: environment)
            #expect(drawn.status == 0 && drawn.errors.isEmpty, "standard error:\n\(drawn.errors)")
            return try plots(run)
        }
        let expected = try figures(["HOME": data.path])
        #expect(expected.count == 8)
        #expect(try figures(Self.hostile) == expected)
    }

    /// Trains on pictures in a directory with a folder for each class. Python decodes PNG, libjpeg-turbo JPEG.
    @Test func trainingDoesNotDependOnTheEnvironment() throws {
        let directory = try TemporaryDirectory()
        let drawing = """
            import sys
            from pathlib import Path
            from PIL import Image
            for name in ("a", "b", "ü"):
                Path(name).mkdir()
                for size in range(40, 48):
                    kind = "jpg" if size % 2 else "png"
                    Image.radial_gradient("L").resize((size, 50)).save(f"{name}/{size}.{kind}", quality=size)
            """
        let pictures = directory.path + "/mine"
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        let drawn = try BigEggsProgram(
            running: URL(fileURLWithPath: "/usr/bin/python3"), ["-c", drawing],
            in: URL(fileURLWithPath: pictures))
        try #require(drawn.status == 0, "standard error:\n\(drawn.errors)")
        func weights(_ environment: [String: String], _ name: String) throws -> Data {
            let out = "\(directory.path)/\(name)"
            let run = try BigEggsProgram(
                running: BigEggsProgram.url,
                [
                    "train", "--data", pictures, "--validation-split", "0.25", "--epochs", "1", "--threads",
                    "1",
                    "--out", out,
                ], environment: environment)
            #expect(run.status == 0, "standard error:\n\(run.errors)")
            return try Data(contentsOf: URL(fileURLWithPath: out + "/weights.safetensors"))
        }
        let expected = try weights(["HOME": directory.path], "plain")
        #expect(try weights(Self.hostile, "hostile") == expected)
    }

    /// Swift would replace the invalid bytes, and look for a file with another name.
    @Test(arguments: ["caf\\xe9.jpg", "\\xff", "\\x83\\x5c"])
    func anArgumentThatIsNotUTF8IsRefused(bytes: String) throws {
        let run = try BigEggsProgram(
            running: URL(fileURLWithPath: "/bin/bash"),
            ["-c", "exec \(BigEggsProgram.url.path) predict \"$(printf '\(bytes)')\""])
        #expect(run.status == 64)
        #expect(run.errors.contains("is not in UTF-8: rename the file"), "standard error:\n\(run.errors)")
    }
}
