extension DataSource {
    /// The checksum that a data set loaded from this source would have, computed without decoding images and without
    /// the network.
    ///
    /// - Returns: "md5:" and 32 hexadecimal digits; nil if the data set would have to be downloaded first.
    /// - Throws: ``DataError`` if there is no such file or it cannot be read.
    public func checksum() throws -> String? { try checksum(at: DataLocations()) }

    package func checksum(at locations: DataLocations) throws -> String? {
        switch self {
        case .path(let path):
            return try CIFAR10Reader.checksum(of: path)
        case .fashionMNIST:
            return try FashionMNIST.checksum(of: locations.fashionMNIST)
        case .automatic, .cifar10:
            guard let path = locations.archiveAtHand else { return nil }
            return try CIFAR10Reader.checksum(of: path)
        }
    }
}
