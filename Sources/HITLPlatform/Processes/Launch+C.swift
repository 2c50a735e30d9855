import CPlatform
import Glibc

extension Launch {
    /// Everything the child reads between fork and exec, laid out beforehand: it must not allocate.
    func withCLaunch(
        streams: [Int32], _ body: (inout platform_launch) -> Int32
    ) throws(ProcessError) -> Int32 {
        var launch = platform_launch()
        launch.executable = -1
        launch.directory = -1
        launch.umask = umask.map { Int32($0 & 0o777) } ?? -1
        launch.streams = (streams[0], streams[1], streams[2])
        launch.session =
            switch session {
            case .own: Int32(PLATFORM_SESSION_OWN)
            case .ownGroup: Int32(PLATFORM_SESSION_OWN_GROUP)
            case .ours: Int32(PLATFORM_SESSION_SHARED)
            }
        launch.keeps_descendants = leftovers == .kept ? 1 : 0
        launch.forbids_new_privileges = forbidsNewPrivileges ? 1 : 0

        guard !arguments.isEmpty else { throw .noArguments }
        guard !arguments.contains(where: { $0.contains(0) }) else { throw .holdsNul(.argument) }
        guard !environment.contains(where: { $0.contains(0) }) else { throw .holdsNul(.environment) }
        var strings = CStrings()
        switch program {
        case .path(let path), .pinned(let path, _, _):
            guard path.first == UInt8(ascii: "/") else { throw .relativeProgram(path) }
            guard !path.contains(0) else { throw .holdsNul(.program) }
            launch.path = UnsafePointer(strings.add(path))
            if case .pinned(_, let device, let inode) = program {
                (launch.pinned, launch.device, launch.inode) = (1, device, inode)
            }
        case .descriptor(let descriptor): launch.executable = descriptor
        }
        switch directory {
        case .ours: break
        case .path(let path):
            guard !path.contains(0) else { throw .holdsNul(.directory) }
            launch.directory_path = UnsafePointer(strings.add(path))
        case .descriptor(let descriptor): launch.directory = descriptor
        }
        launch.arguments = UnsafePointer(strings.list(arguments))
        launch.environment = UnsafePointer(strings.list(environment))
        defer { strings.free() }
        let limits = resourceLimits.map { platform_limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
        var confinement = platform_sandbox()
        if let sandbox {
            guard case .path = directory else { throw .couldNotStart(.sandbox, SystemError(EINVAL, "directory")) }
            confinement = sandbox.laidOut(in: &strings)
        }
        return withUnsafePointer(to: confinement) { confinement in
            limits.withUnsafeBufferPointer { limits in
                if sandbox != nil { launch.sandbox = confinement }
                launch.limits = limits.baseAddress
                launch.limit_count = limits.count
                return body(&launch)
            }
        }
    }
}

extension Sandbox {
    fileprivate func laidOut(in strings: inout CStrings) -> platform_sandbox {
        func list(_ paths: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
            UnsafeRawPointer(strings.list(paths.map { Array($0.utf8) }))
                .assumingMemoryBound(to: UnsafePointer<CChar>?.self)
        }
        return platform_sandbox(
            readable: list(readable), readable_count: readable.count, writable: list(writable),
            writable_count: writable.count, guarded: list(guarded), guarded_count: guarded.count,
            allows_network: allowsNetwork ? 1 : 0)
    }
}

/// Strings that stay where they are until they are freed.
private struct CStrings {
    private var all: [UnsafeMutablePointer<CChar>] = []
    private var lists: [UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>] = []

    mutating func add(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
        copy[bytes.count] = 0
        all.append(copy)
        return copy
    }

    /// With a null pointer as its end mark.
    mutating func list(_ strings: [[UInt8]]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (list + index).initialize(to: add(string)) }
        (list + strings.count).initialize(to: nil)
        lists.append(list)
        return list
    }

    func free() {
        for string in all { string.deallocate() }
        for list in lists { list.deallocate() }
    }
}
