import Glibc
import HITLPlatform

/// Programs that lie beside the package and that the project did not write; a checkout elsewhere does not have them.
enum Peers {
    private static let directory =
        #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 } + "/../shared/peers/"

    /// The command that runs one; nil, and said so, where it or Python is missing.
    static func python(_ name: String) async -> [String]? {
        let file = directory + name
        guard access(file, R_OK) == 0 else {
            print("SKIPPED: there is no \(file), so nothing was tried with it")
            return nil
        }
        // What is called so may be a script that looks for the real one in places of the user's.
        var launch = Launch("/usr/bin/env", ["python3", "-c", "import sys; print(sys.executable)"])
        launch.environment = ThisProcess.environment()
        guard let result = try? await ChildProcess.run(launch), result.ending == .exited(0) else {
            print("SKIPPED: there is no python3, so nothing was tried with \(file)")
            return nil
        }
        let line = String(decoding: result.output.bytes, as: UTF8.self).prefix { $0 != "\n" }
        return [String(line), file]
    }
}
