import CCrypto
import Glibc

enum Randomness {
    /// From the kernel.
    static func bytes(_ count: Int) throws(LedgerError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard hitl_random_bytes(&bytes, count) == 0 else {
            throw .system(path: "getrandom", .read, errno: errno)
        }
        return bytes
    }
}
