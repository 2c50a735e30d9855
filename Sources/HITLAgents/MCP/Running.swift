/// A call that the server has.
struct Running {
    let number: Int64
    let connection: Int?
    let call: ToolsCall
    /// What its client is to hear beside the server's answer.
    let note: String?
}
