import HITLPlatform

/// Text that keys have signed, in the form of C2SP `signed-note`: the text, an empty line, and a line for
/// each signature. Reads only what it would write.
package struct Note: Sendable, Hashable {
    /// Ends with a line feed.
    package let text: String
    package private(set) var signatures: [NoteSignature]

    /// No note that we read is longer or has more signatures.
    private static let largest = 1 << 20
    private static let mostSignatures = 100

    /// Signed by nobody yet.
    package init(text: String) {
        precondition(text.utf8.last == 0x0A, "the text of a note ends with a line feed")
        self.text = text
        signatures = []
    }

    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.largest, let whole = String(validating: bytes, as: UTF8.self),
            bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }), let gap = Self.lastGap(in: bytes)
        else { throw .malformed }
        text = String(decoding: bytes[...gap], as: UTF8.self)
        signatures = []
        var lines = bytes[(gap + 2)...].split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true, (1...Self.mostSignatures).contains(lines.count) else {
            throw .malformed
        }
        for line in lines {
            guard let signature = NoteSignature(line: String(decoding: line, as: UTF8.self)) else { throw .malformed }
            signatures.append(signature)
        }
        guard description.utf8.elementsEqual(whole.utf8) else { throw .malformed }
    }

    /// Where the text's last line feed is: an empty line follows it, and then only signatures.
    private static func lastGap(in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().last { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }
    }

    /// With a signature more; one of the same key is replaced.
    package func signed(by signer: NoteSigner, at time: Int64 = 0) throws(LedgerError) -> Note {
        let added = try signer.sign(text, at: time)
        var note = self
        note.signatures.removeAll { $0.isBy(signer.verifier) }
        note.signatures.append(added)
        return note
    }

    /// A signature that was made elsewhere.
    mutating func add(_ signature: NoteSignature) {
        signatures.append(signature)
    }

    /// Which of `keys` signed it, in their order.
    ///
    /// - Throws: `unsigned` where none did, `badSignature` where a signature in the name of one is not its own.
    ///   Signatures of other keys say nothing.
    @discardableResult
    package func check(by keys: [NoteVerifier]) throws(NoteError) -> [NoteVerifier] {
        var found: [NoteVerifier] = []
        for key in keys {
            for signature in signatures where signature.isBy(key) {
                guard signature.holds(for: text, of: key) else { throw .badSignature(by: key.name) }
                if !found.contains(key) { found.append(key) }
            }
        }
        guard !found.isEmpty else { throw .unsigned }
        return found
    }
}

extension Note: CustomStringConvertible {
    package var description: String {
        text + "\n" + signatures.map { $0.line + "\n" }.joined()
    }
}

/// One line under a note.
package struct NoteSignature: Sendable, Hashable {
    package let name: String
    /// Of the key, four bytes.
    package let id: [UInt8]
    package let bytes: [UInt8]

    init(name: String, id: [UInt8], bytes: [UInt8]) {
        self.name = name
        self.id = id
        self.bytes = bytes
    }

    fileprivate init?(line: String) {
        let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("—".utf8),
            let bytes = Base64.decode(String(decoding: parts[2], as: UTF8.self)), bytes.count > 4
        else { return nil }
        name = String(decoding: parts[1], as: UTF8.self)
        guard NoteVerifier.isName(name) else { return nil }
        id = Array(bytes.prefix(4))
        self.bytes = Array(bytes.dropFirst(4))
    }

    fileprivate var line: String { "— \(name) \(Base64.encode(id + bytes))" }

    func isBy(_ key: NoteVerifier) -> Bool {
        ByteKey(name) == ByteKey(key.name) && id == key.id
    }

    fileprivate func holds(for text: String, of key: NoteVerifier) -> Bool {
        switch key.algorithm {
        case .ed25519: return key.key.accepts(bytes, of: Array(text.utf8))
        case .cosignature:
            guard let time = cosignedAt else { return false }
            return key.key.accepts(Array(bytes.dropFirst(8)), of: Self.cosigned(text, at: time))
        }
    }

    /// When, in seconds since 1970 UTC, of a cosignature; nil where it cannot be one.
    package var cosignedAt: UInt64? {
        guard bytes.count == 8 + 64 else { return nil }
        let time = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return time < 1 << 63 ? time : nil
    }

    static func cosigned(_ text: String, at time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}

/// Why a signed text is not believed.
package enum NoteError: Error, Sendable, Hashable {
    case malformed
    case unsigned
    /// By the log alone, where a witness was asked for.
    case unwitnessed
    case badSignature(by: String)
    /// The text is no checkpoint.
    case notACheckpoint
    /// The text is no proof.
    case notAProof
    /// The proof does not say what it proves.
    case withoutEntry
    /// The proof leads from the entry to another root, or it is another entry's.
    case notInTheTree
}

extension NoteError: CustomStringConvertible {
    /// The end of a sentence that begins with what it is about.
    package var description: String {
        switch self {
        case .malformed: "is no signed note"
        case .unsigned: "is signed by none of the keys that are trusted"
        case .unwitnessed: "is signed by none of the witnesses that are trusted"
        case .badSignature(let name): "has a signature of `\(name)` that is not its own"
        case .notACheckpoint: "is no checkpoint"
        case .notAProof: "is no proof"
        case .withoutEntry: "does not contain the entry that it is about"
        case .notInTheTree: "proves nothing: its entry is not in the tree of its checkpoint at that place"
        }
    }
}
