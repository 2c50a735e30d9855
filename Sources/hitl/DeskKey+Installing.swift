import HITLConfiguration
import HITLConsole
import HITLPlatform
import HITLServer

extension DeskKey {
    /// The file that `install` names: what only the operator's desk can answer by. Where no desk was opened yet it is made,
    /// once something is written.
    static func file(_ arguments: Arguments, _ account: Account) throws(Unusable) -> String {
        if let file = arguments.text("desk-key") {
            return file.utf8.first == UInt8(ascii: "/") ? file : (Process.directory ?? "") + "/" + file
        }
        // As a desk has it that is opened in this shell.
        let state = Paths(environment: Process.environment, home: AgentHome(account).directory).state
        if arguments.has("write") { _ = try own(in: state) }
        return file(in: state)
    }
}
