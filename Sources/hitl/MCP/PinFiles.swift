import Glibc
import HITLAgents
import HITLCore
import HITLLedger
import HITLPlatform

/// The pins of all servers, one private file for each server and command line.
struct PinFiles: Sendable {
    let directory: String

    private static let suffix = ".json"
    private static let largest = 64 << 20

    init(state: String) { directory = state + "/mcp" }

    /// Where the server of that name and command has its pins.
    func path(server: String, command: [String]) -> String {
        let identity = JSONValue.array([.string(server), .array(command.map(JSONValue.string))]).canonical
        return "\(directory)/\(Digest(hashing: identity).hex.prefix(24))\(Self.suffix)"
    }

    func store(server: String, command: [String]) -> PinStore {
        let path = path(server: server, command: command)
        let directory = directory
        return PinStore(
            load: {
                do throws(FileError) { try PrivateDirectory.prepare(directory) } catch {
                    return .failure(.init(error.description))
                }
                return Self.read(path).map { $0 ?? ToolPins(server: server, command: command) }
            },
            save: { pins in
                do throws(FileError) {
                    try PrivateFile.write(pins.json.canonical + [UInt8(ascii: "\n")], to: path)
                    return .success(())
                } catch {
                    return .failure(.init(error.description))
                }
            })
    }

    /// Nil where there is no such file.
    static func read(_ path: String) -> Result<ToolPins?, PinStore.Failure> {
        do {
            let bytes = try PrivateFile.read(path, limit: largest)
            return .success(try ToolPins(json: JSONValue(parsing: bytes, depth: 520)))
        } catch let error as FileError where error.reason == .notFound {
            return .success(nil)
        } catch let error as FileError {
            return .failure(.init(error.description))
        } catch {
            return .failure(.init("`\(path)` is damaged"))
        }
    }

    /// All of them, with their paths, by server and command.
    func all() -> Result<[(path: String, pins: ToolPins)], PinStore.Failure> {
        var found: [(path: String, pins: ToolPins)] = []
        guard let stream = opendir(directory) else {
            return errno == ENOENT ? .success([]) : .failure(.init("`\(directory)`: \(SystemError(errno, "opendir"))"))
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(Self.suffix), name.utf8.first != UInt8(ascii: ".") else { continue }
            let path = directory + "/" + name
            switch Self.read(path) {
            case .success(let pins?): found.append((path, pins))
            case .success(nil): break
            case .failure(let failure): return .failure(failure)
            }
        }
        return .success(found.sorted { ($0.pins.server, $0.path) < ($1.pins.server, $1.path) })
    }
}
