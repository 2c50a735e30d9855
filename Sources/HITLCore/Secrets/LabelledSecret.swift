/// Values that are personal only because a word beside them says so: `DOB 1990-01-01`, `MRN 00012345`,
/// `passport A1234567`; and keys that follow their name after a blank.
enum LabelledSecret {
    private static let labels: [(word: String, kind: SecretKind)] = [
        ("date of birth", .dateOfBirth), ("dateofbirth", .dateOfBirth), ("date_of_birth", .dateOfBirth),
        ("birth date", .dateOfBirth), ("birthdate", .dateOfBirth), ("birth_date", .dateOfBirth), ("dob", .dateOfBirth),
        ("d.o.b", .dateOfBirth), ("born", .dateOfBirth), ("birthday", .dateOfBirth),
        ("medical record number", .medicalRecord), ("medical record", .medicalRecord),
        ("medical_record_number", .medicalRecord), ("mrn", .medicalRecord), ("patient id", .medicalRecord),
        ("patient_id", .medicalRecord), ("patient number", .medicalRecord), ("nhs number", .medicalRecord),
        ("health insurance number", .medicalRecord), ("npi", .medicalRecord),
        ("passport", .passport), ("passport_number", .passport), ("driver license", .passport),
        ("drivers license", .passport), ("driver's license", .passport), ("national id", .passport),
        ("ssn", .socialSecurityNumber), ("social security number", .socialSecurityNumber),
        ("social security", .socialSecurityNumber), ("social_security_number", .socialSecurityNumber),
        ("aadhaar", .aadhaar), ("aadhar", .aadhaar), ("tax id", .socialSecurityNumber), ("itin", .socialSecurityNumber),
        ("aws_secret_access_key", .awsKey), ("secret_access_key", .awsKey), ("aws_session_token", .awsKey),
    ]

    private static let byStart: [UInt16: [(word: [UInt8], kind: SecretKind)]] = {
        var rows: [UInt16: [(word: [UInt8], kind: SecretKind)]] = [:]
        for label in labels {
            let word = Array(label.word.utf8)
            rows[TokenTable.pair(word[0], word[1]), default: []].append((word, label.kind))
        }
        return rows.mapValues { $0.sorted { $0.word.count > $1.word.count } }
    }()

    /// Both spellings of the first two letters.
    static let pairs: Set<UInt16> = Set(
        byStart.keys.flatMap { pair -> [UInt16] in
            let (first, second) = (UInt8(pair >> 8), UInt8(pair & 0xFF))
            return [first, first & 0xDF].flatMap { one in
                [second, second >= 0x61 ? second & 0xDF : second].map { TokenTable.pair(one, $0) }
            }
        })

    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard start + 1 < bytes.count else { return nil }
        let pair = TokenTable.pair(folded(bytes[start]), folded(bytes[start + 1]))
        for row in byStart[pair] ?? [] {
            let end = start + row.word.count
            guard end <= bytes.count, bytes[start..<end].lazy.map(folded).elementsEqual(row.word),
                end == bytes.count || !TokenTable.Body.alphanumeric.holds(bytes[end])
            else { continue }
            // The label may follow, as in `A1234567 passport`.
            return value(bytes, after: end, row.kind)
                ?? (row.kind == .passport ? value(bytes, before: start, row.kind) : nil)
        }
        return nil
    }

    /// A whole text as the value of a labelled member: `{"dob": "1990-01-01"}`.
    static func whole(_ bytes: [UInt8], name: [UInt8]) -> SecretMatch? {
        guard bytes.count <= 40, name.count <= 40 else { return nil }
        guard let kind = kind(of: name), fits(bytes[...], kind) else { return nil }
        return SecretMatch(kind: kind, range: 0..<bytes.count)
    }

    /// What a member's name is a label of, however its words are joined.
    static func kind(of name: [UInt8]) -> SecretKind? { byWords[plain(name)] }

    private static let byWords: [[UInt8]: SecretKind] = Dictionary(
        labels.map { (plain($0.word.utf8), $0.kind) }, uniquingKeysWith: { first, _ in first })

    private static func plain(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.lazy.filter { TokenTable.Body.alphanumeric.holds($0) }.map(folded)
    }

    private static func value(_ bytes: [UInt8], after label: Int, _ kind: SecretKind) -> SecretMatch? {
        var start = label
        // `DOB: `, `"dob": "`, `DOB is `, `MRN #`, `passport no. `
        while start < bytes.count, start - label < 12, " :=\"'#\t.\\".utf8.contains(bytes[start]) { start += 1 }
        for filler in ["number", "num", "no", "is", "on"] {
            guard start > label, bytes[start...].prefix(filler.utf8.count).lazy.map(folded).elementsEqual(filler.utf8)
            else { continue }
            var after = start + filler.utf8.count
            let isWord = after < bytes.count && !TokenTable.Body.alphanumeric.holds(bytes[after])
            guard isWord else { continue }
            while after < bytes.count, after - start < 16, " :=\"'#.".utf8.contains(bytes[after]) { after += 1 }
            start = after
            break
        }
        guard start > label else { return nil }
        var end = start
        while end < bytes.count, end - start < 300, isValueByte(bytes[end], kind) { end += 1 }
        while end > start, "./-, ".utf8.contains(bytes[end - 1]) { end -= 1 }
        guard start < end, fits(bytes[start..<end], kind) else { return nil }
        return SecretMatch(kind: kind, range: start..<end)
    }

    private static func value(_ bytes: [UInt8], before label: Int, _ kind: SecretKind) -> SecretMatch? {
        guard label > 1, bytes[label - 1] == 0x20 else { return nil }
        let end = label - 1
        var start = end
        while start > 0, end - start < 16, TokenTable.Body.alphanumeric.holds(bytes[start - 1]) { start -= 1 }
        guard start < end, fits(bytes[start..<end], kind) else { return nil }
        return SecretMatch(kind: kind, range: start..<end)
    }

    private static func isValueByte(_ byte: UInt8, _ kind: SecretKind) -> Bool {
        switch kind {
        case .dateOfBirth: TokenTable.Body.alphanumeric.holds(byte) || "./-".utf8.contains(byte)
        case .awsKey: TokenTable.Body.dotted.holds(byte)
        case .aadhaar: (0x30...0x39).contains(byte) || byte == 0x20
        default: TokenTable.Body.alphanumeric.holds(byte) || byte == UInt8(ascii: "-")
        }
    }

    private static func fits(_ value: ArraySlice<UInt8>, _ kind: SecretKind) -> Bool {
        let digits = value.filter { (0x30...0x39).contains($0) }.map { $0 - 0x30 }
        switch kind {
        case .dateOfBirth: return (6...8).contains(digits.count) && value.count <= 12
        case .medicalRecord: return (5...12).contains(digits.count) && value.count <= 16
        case .passport: return (6...9).contains(digits.count) && value.count <= 12 && value.count - digits.count <= 3
        case .socialSecurityNumber:
            return digits.count == 9 && value.count <= 11 && PersonalNumber.isSocialSecurity(digits)
        case .aadhaar: return digits.count == 12 && digits[0] >= 2 && Checksums.verhoeff(digits)
        case .awsKey: return value.count >= 16 && !SecretValue.isPlaceholder(value)
        default: return false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }
}
