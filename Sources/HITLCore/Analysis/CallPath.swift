/// A file that a call names, before anybody looked where it leads.
package struct CallPath: Sendable, Equatable {
    /// As it was written.
    package let given: String
    /// Absolute path of the directory that a relative one starts from; nil where it is not known.
    package let directory: String?
    /// What it means without a look at any link: absolute, or nil where that is not known.
    package let absolute: String?

    /// What it means to a tool that takes it for a URL, decodes it or reads it as another system does; nil where that is
    /// not known.
    package let otherMeanings: [String?]

    /// More of one call are not looked at.
    package static let most = 256

    init(given: String, from directory: String?, meaning path: LexicalPath, or others: [LexicalPath] = []) {
        self.given = given
        self.directory = directory
        absolute = Self.absolute(path)
        otherMeanings = others.map(Self.absolute)
    }

    private static func absolute(_ path: LexicalPath) -> String? {
        path.anchor == .root && path.climbs == 0 ? path.text : nil
    }
}
