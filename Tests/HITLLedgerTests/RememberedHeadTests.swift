import Glibc
import HITLLedger
import Testing

@Suite struct `A remembered head` {
    @Test func `is one line beside the ledger, written once`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        let empty = try ledger.rememberHead()
        try ledger.rememberHead()
        try await ledger.append([draft()])
        let one = try ledger.rememberHead()
        let lines = String(decoding: contents(of: directory.ledger + ".heads"), as: UTF8.self)
        // The clock moves at every look: for the two heads, for the append, and for the third head.
        #expect(lines == "0 \(empty.hash.hex) 1767225600000\n1 \(one.hash.hex) 1767225603000\n")
        #expect(try await ledger.verify().protected == one)
        #expect(try await ledger.verify().notYetProtected == 0)
        ledger.close()
    }

    @Test func `can be written by a reader, as for an export`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append([draft()])
        let reader = try readLedger(directory.ledger)
        #expect(try reader.rememberHead() == ledger.head)
        #expect(try await ledger.verify().notYetProtected == 0)
        reader.close()
        ledger.close()
    }

    @Test func `torn by a crash is forgotten, and does not stand in the way of the next`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try ledger.rememberHead()
        let whole = contents(of: directory.ledger + ".heads")
        // Longer than a line, as when a crash left a block of zeros.
        write(whole + Array("17 0123".utf8) + [UInt8](repeating: 0, count: 200), to: directory.ledger + ".heads")
        #expect(try await ledger.verify().failures == [])
        try await ledger.append([draft()])
        let head = try ledger.rememberHead()
        #expect(
            String(decoding: contents(of: directory.ledger + ".heads").dropFirst(whole.count), as: UTF8.self)
                == "\(head) 1767225602000\n")
        ledger.close()
    }

    @Test func `that the ledger no longer has is missed by a look at one entry`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try ledger.rememberHead()
        try await ledger.append([draft()])
        let one = try ledger.rememberHead()
        try await ledger.append([draft()])
        #expect(try ledger.loss() == nil)
        let heads = directory.ledger + ".heads"
        let whole = contents(of: heads)
        let foreign = Digest(hashing: [7])
        for (line, expected) in [
            ("2 \(foreign.hex) 5\n", VerificationFailure.rewritten(head: Head(size: 2, hash: foreign), after: 1)),
            ("9 \(foreign.hex) 5\n", .cut(size: 2, head: Head(size: 9, hash: foreign))),
            ("rubbish\n", .unreadableHeads(line: 3)),
        ] {
            write(whole + Array(line.utf8), to: heads)
            #expect(try ledger.loss() == expected)
        }
        write(Array("\(one) 5\n".utf8), to: heads)
        #expect(try ledger.loss() == nil)
        ledger.close()
    }

    @Test(arguments: ["rubbish\n", "\n", "1 abc 5\n", "0 \(Digest(hashing: []).hex)\n", "\u{0}\u{0}\n"])
    func `that is none is named`(_ line: String) async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try ledger.rememberHead()
        let whole = contents(of: directory.ledger + ".heads")
        write(whole + Array(line.utf8), to: directory.ledger + ".heads")
        #expect(try await ledger.verify().failures == [.unreadableHeads(line: 2)])
        ledger.close()
    }
}
