import CCrypto

/// An incremental checksum.
final class Digest {
    enum Algorithm: String { case md5, sha256 }

    private let context: OpaquePointer

    /// - Throws: ``DataError/digestUnavailable(name:)``.
    init(_ algorithm: Algorithm) throws {
        guard let context = EVP_MD_CTX_new() else {
            throw DataError.digestUnavailable(name: algorithm.rawValue)
        }
        self.context = context
        guard EVP_DigestInit_ex(context, algorithm == .md5 ? EVP_md5() : EVP_sha256(), nil) == 1 else {
            throw DataError.digestUnavailable(name: algorithm.rawValue)
        }
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    func update(_ text: String) { Array(text.utf8).withUnsafeBytes { update($0) } }

    /// Adds names, shapes and values.
    func update(_ tensors: [NamedTensor]) {
        for tensor in tensors {
            update("\n\(tensor.name) \(tensor.shape)\n")
            tensor.values.withUnsafeBytes { update($0) }
        }
    }

    /// The checksum in hexadecimal digits. Nothing may be added afterwards.
    func finish() -> String {
        var count: UInt32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, initialized in
            EVP_DigestFinal_ex(context, buffer.baseAddress, &count)
            initialized = Int(count)
        }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
