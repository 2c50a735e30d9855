import CPlatform

package enum RandomBytes {
    /// From the kernel's generator.
    package static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let result = count == 0 ? 0 : platform_random(buffer.baseAddress, count)
            // getrandom(2) cannot fail for a buffer that exists; going on with less than random bytes is no way out.
            precondition(result == 0, "the kernel gives no random bytes (error \(-result))")
            initialized = count
        }
    }
}
