import Foundation
import Testing

/// A local web server, in Python, that serves one archive correctly or with faults.
final class DownloadServer {
    private let process = Process()
    private let port: Int

    /// - Parameter file: the archive that is served.
    init(serving file: String) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program, file]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit {
        // Only SIGKILL works: the tests' threads block other signals, and a child process inherits that mask.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The archive's address. The directory `manner` in it selects a fault, or none; see `program`.
    func address(_ manner: String) -> String { "http://127.0.0.1:\(port)/\(manner)/archive.tar.gz" }

    private static let program = """
        import http.server, sys, time

        body = open(sys.argv[1], "rb").read()

        served = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                manner = self.path.split("/")[1]
                gone = manner == "missing" or manner == "once" and manner in served
                served.add(manner)
                if manner == "silent":
                    time.sleep(20)
                if manner == "page":
                    page = b"<!DOCTYPE html><title>Please log in</title>"
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Content-Length", str(len(page)))
                    self.end_headers()
                    self.wfile.write(page)
                    return
                if manner in ("moved", "in-circles"):
                    self.send_response(302)
                    self.send_header(
                        "Location", "/good/archive.tar.gz" if manner == "moved" else self.path)
                    self.end_headers()
                    return
                self.send_response(404 if gone else 500 if manner == "broken" else 200)
                if manner != "endless":
                    self.send_header("Content-Length", str(10**12 if manner == "boast" else len(body)))
                self.end_headers()
                half = len(body) // 2
                self.wfile.write(body[:half])
                self.wfile.flush()
                if manner == "stall":
                    time.sleep(20)
                if manner in ("cut", "boast"):
                    return
                self.wfile.write(body[half:])
                while manner == "endless":
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """
}
