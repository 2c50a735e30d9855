/// One process and no other: a pid is used again, but not with the same start.
package struct ProcessIdentity: Sendable, Hashable {
    package let pid: Int32
    /// In clock ticks since boot, as `/proc/<pid>/stat` has it.
    package let startTicks: UInt64

    package init(pid: Int32, startTicks: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
    }
}
