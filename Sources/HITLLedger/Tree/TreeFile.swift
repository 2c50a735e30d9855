import Glibc

/// The hashes of all full blocks of 256 entries, beside the ledger: the genesis hash, then one hash a
/// block. With it a proof needs at most 511 entries' hashes, however long the ledger is.
///
/// It can be derived again from the entries at any time, so it is neither synced nor believed.
struct TreeFile {
    /// The block is a subtree of 2^8 leaves.
    static let level = 8
    static let blockSize: Int64 = 1 << level

    /// Nil: a ledger in memory, which has none.
    private let path: String?
    private let genesis: Digest

    init(path: String?, genesis: Digest) {
        self.path = path
        self.genesis = genesis
    }

    /// Of the first blocks, as many as are there; none where the file is of another ledger.
    func blocks() -> [Digest] {
        guard let path else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(found.st_size))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { bytes in
                uninterrupted {
                    pread(descriptor, bytes.baseAddress?.advanced(by: count), bytes.count - count, off_t(count))
                }
            }
            guard got > 0 else { break }
            count += got
        }
        return bytes.withUnsafeBytes { bytes in
            let hashes = stride(from: 0, through: count - Digest.byteCount, by: Digest.byteCount).compactMap {
                Digest(copying: UnsafeRawBufferPointer(rebasing: bytes[$0..<$0 + Digest.byteCount]))
            }
            guard hashes.first == genesis else { return [] }
            return Array(hashes.dropFirst())
        }
    }

    /// Writes what is missing behind `kept` blocks that are there and right. A write that fails leaves less.
    func write(_ blocks: [Digest], keeping kept: Int) {
        guard let path, blocks.count > kept else { return }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let start: Int
        if kept == 0 {
            guard ftruncate(descriptor, 0) == 0 else { return }
            bytes = genesis.bytes
            start = 0
        } else {
            start = (1 + kept) * Digest.byteCount
        }
        for block in blocks[kept...] { bytes += block.bytes }
        var place = 0
        while place < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                uninterrupted {
                    pwrite(
                        descriptor, bytes.baseAddress?.advanced(by: place), bytes.count - place, off_t(start + place))
                }
            }
            guard written > 0 else { return }
            place += written
        }
    }

    /// So that it is derived anew.
    func remove() {
        if let path { unlink(path) }
    }
}
