import CPlatform
import Glibc

/// The effective user as the password database knows it, whatever the environment says.
package struct Account: Sendable, Hashable {
    package let uid: UInt32
    package let name: String
    package let home: String

    package static func current() throws(SystemError) -> Account {
        var home = [CChar](repeating: 0, count: 4096)
        var name = [CChar](repeating: 0, count: 512)
        let result = platform_account(&home, home.count, &name, name.count)
        guard result == 0 else { throw SystemError(result, "getpwuid_r") }
        return Account(uid: geteuid(), name: String(cString: name), home: String(cString: home))
    }
}

extension String {
    fileprivate init(cString characters: [CChar]) {
        self = characters.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}
