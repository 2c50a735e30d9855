/// A file that a call names, before anybody looked where it leads.
package struct CallPath: Sendable, Equatable {
    /// As it was written.
    package let given: String
    /// Absolute path of the directory that a relative one starts from; nil where it is not known.
    package let directory: String?
    /// What it means without a look at any link: absolute, or nil where that is not known.
    package let absolute: String?

    /// More of one call are not looked at.
    package static let most = 256

    init(given: String, from directory: String?, meaning path: LexicalPath) {
        self.given = given
        self.directory = directory
        absolute = path.anchor == .root && path.climbs == 0 ? path.text : nil
    }
}
