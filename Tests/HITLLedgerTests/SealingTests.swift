import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// Records that are sealed before they enter the chain.
@Suite struct `A sealed ledger` {
    private let directory = TemporaryDirectory()
    private let clock = CountingClock()

    private func key(_ byte: UInt8) throws -> RecordKey {
        try #require(RecordKey(bytes: [UInt8](repeating: byte, count: 32)))
    }

    private func open(_ sealing: RecordSealing) throws(LedgerError) -> Ledger {
        try .open(path: directory.ledger, indexer: testIndexer, clock: clock.now, sealing: sealing)
    }

    private func reading(_ sealing: RecordSealing = .none) throws(LedgerError) -> Ledger {
        try .openReadOnly(path: directory.ledger, indexer: testIndexer, clock: clock.now, sealing: sealing)
    }

    /// Three entries, one of them left open, sealed with key 1.
    private func make() async throws -> [Entry] {
        let ledger = try open(.init(current: try key(1), others: []))
        defer { ledger.close() }
        return try await ledger.append([
            draft("the password is swordfish", subject: "a", label: "x", claim: "k", standing: .open(brief: [65])),
            draft("two"), draft("three", subject: "b"),
        ])
    }

    @Test func `is read as it was written by whoever has the key, and by nobody else`() async throws {
        let written = try await make()
        #expect(written.map(\.payload) == ["the password is swordfish", "two", "three"])
        let ledger = try open(.init(current: try key(1), others: []))
        #expect(try ledger.entries(from: 1, limit: 9) == written)
        #expect(try ledger.entries(of: "a") == [written[0]])
        #expect(try ledger.claimed("k") == written[0])
        #expect(try ledger.unresolved() == [Unresolved(subject: "a", sequence: 1, brief: [65])])
        #expect(try await ledger.verify().failures == [])
        ledger.close()
        for name in ["", "-wal"] where access(directory.ledger + name, F_OK) == 0 {
            let bytes = String(decoding: try SmallFile.read(directory.ledger + name), as: UTF8.self)
            #expect(!bytes.contains("swordfish"))
        }
        #expect(
            await ledgerError { _ = try reading().entries(from: 1, limit: 9) }
                == .sealed(path: directory.ledger, sequence: 1, key: try key(1).name))
        #expect(
            await ledgerError { _ = try reading(.init(current: nil, others: [try key(2)])).claimed("k") }
                == .sealed(path: directory.ledger, sequence: 1, key: try key(1).name))
    }

    @Test func `has a chain that is verified without the key, and says what was not`() async throws {
        _ = try await make()
        let verified = try await reading().verify()
        #expect(verified.failures == [] && verified.head.size == 3)
        #expect(verified.sealedWith == (try key(1).name))
        // Who has keys, and not this one, may be looking at something that was put there.
        let other = try await reading(.init(current: nil, others: [try key(2)])).verify()
        #expect(other.failures == [.sealed(sequence: 1, key: try key(1).name)] && other.sealedWith == nil)
        // A changed byte is found without the key too.
        sql(
            directory.ledger,
            "UPDATE entry SET record = CAST(replace(record, '\"sealed\":\"', '\"sealed\":\"A') AS BLOB) WHERE sequence = 2"
        )
        #expect(try await reading().verify().failures == [.changed(sequence: 2)])
    }

    @Test func `is not opened for writing without the key, and nothing of it is lost by trying`() async throws {
        let written = try await make()
        #expect(
            await ledgerError { _ = try open(.none) }
                == .sealed(path: directory.ledger, sequence: 1, key: try key(1).name))
        #expect(
            await ledgerError { _ = try open(.init(current: try key(2), others: [])) }
                == .sealed(path: directory.ledger, sequence: 1, key: try key(1).name))
        #expect(try reading(.init(current: nil, others: [try key(1)])).entries(from: 1, limit: 9) == written)
    }

    @Test func `takes another key, or none, from one entry to the next`() async throws {
        let plain = try open(.none)
        try await plain.append([draft("open")])
        plain.close()
        _ = try await make()
        let second = try open(.init(current: try key(2), others: [try key(1)]))
        try await second.append([draft("five")])
        second.close()
        let third = try open(.init(current: nil, others: [try key(1), try key(2)]))
        try await third.append([draft("open again")])
        #expect(
            try third.entries(from: 1, limit: 9).map(\.payload) == [
                "open", "the password is swordfish", "two", "three", "five", "open again",
            ])
        #expect(try await third.verify().failures == [])
        third.close()
        let half = try reading(.init(current: nil, others: [try key(2)]))
        #expect(try half.entry(at: 5)?.payload == "five" && half.entry(at: 6)?.payload == "open again")
        #expect(
            await ledgerError { _ = try half.entry(at: 3) }
                == .sealed(path: directory.ledger, sequence: 3, key: try key(1).name))
    }

    @Test func `does not open what was sealed for another ledger, with another key, or changed`() throws {
        let sealing = RecordSealing(current: try key(1), others: [])
        let (here, there) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let record = Array("a record".utf8)
        let stored = try sealing.sealed(record, in: here)
        guard case .record(record) = sealing.open(stored, in: here) else { throw Failure() }
        guard case .wrong = sealing.open(stored, in: there) else { throw Failure() }
        // A key that has the other's name.
        let named = Array(
            String(decoding: stored, as: UTF8.self).replacing(try key(1).name, with: try key(2).name).utf8)
        let both = RecordSealing(current: try key(1), others: [try key(2)])
        guard case .wrong = both.open(named, in: here) else { throw Failure() }
        for place in stored.indices {
            var changed = stored
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            if case .record(record) = sealing.open(changed, in: here) { Issue.record("byte \(place)") }
        }
        // What is no sealed record is a record, whatever it looks like.
        for text in ["", "{}", #"{"key":"aes:0011223344556677"}"#, #"{"key":"aes:0011223344556677","sealed":"AAAA"} "#]
        {
            guard case .record(Array(text.utf8)) = sealing.open(Array(text.utf8), in: here) else { throw Failure() }
        }
    }

    private struct Failure: Error {}
}
