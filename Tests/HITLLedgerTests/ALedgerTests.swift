import HITLLedger
import Testing

/// What every store does alike.
@Suite struct `A ledger` {
    @Test(arguments: StoreKind.allCases)
    func `keeps records in order, each chained to the one before`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let genesis = try ledger.head
            #expect(genesis.size == 0)

            let entries = try await ledger.append([draft("one"), draft("two")])
            let third = try await ledger.append([draft("three")])[0]

            #expect(entries.map(\.sequence) == [1, 2])
            #expect(entries.map(\.payload) == ["one", "two"])
            #expect(entries[0].previous == genesis.hash)
            #expect(entries[1].previous == entries[0].hash)
            #expect(third.previous == entries[1].hash)
            #expect(try ledger.head == Head(size: 3, hash: third.hash))
            #expect(try ledger.entries(from: 1, limit: 10) == entries + [third])
            #expect(try ledger.entry(at: 2) == entries[1])
            #expect(try ledger.entry(at: 0) == nil)
            #expect(try ledger.entry(at: 4) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `gives back bytes and index exactly as they came`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let drafts = [
                draft(kind: "opened", subject: "request 1", standing: .open(brief: Array("b\u{e9}\u{301}".utf8))),
                draft(kind: "closed", subject: "request 1", label: "d\u{e9}l", claim: "closed/1", standing: .settled),
                draft("\u{0}\u{1b}[2J", kind: ""),
            ]
            let appended = try await ledger.append(drafts)
            let read = try ledger.entries(from: 1, limit: 3)
            #expect(read == appended)
            #expect(read.map(\.record) == drafts.map(\.record))
            #expect(read.map(\.index) == drafts.map(\.index))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `takes an empty batch for nothing`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            #expect(try await ledger.append([]) == [])
            #expect(try ledger.head.size == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `lets a claim be made once, and names who made it`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let first = try await ledger.append([draft("yes", claim: "closed/7")])[0]
            let error = await ledgerError {
                try await ledger.append([draft("before"), draft("no", claim: "closed/7"), draft("after")])
            }
            #expect(error == .claimed(key: "closed/7", by: first))
            #expect(try ledger.claimed("closed/7") == first)
            #expect(try ledger.claimed("closed/8") == nil)
            #expect(try ledger.head.size == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `refuses a batch that claims a key twice, whole`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let error = await ledgerError {
                try await ledger.append([draft("one", claim: "k"), draft("two", claim: "k")])
            }
            guard case .claimed("k", let entry) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(entry.payload == "one")
            #expect(try ledger.head.size == 0)
            #expect(try ledger.claimed("k") == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `compares claims by bytes, not by look`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            // The same letter, composed and decomposed: equal as Swift strings, not as bytes.
            try await ledger.append([draft(claim: "\u{e9}"), draft(claim: "e\u{301}")])
            #expect(try ledger.claimed("\u{e9}")?.sequence == 1)
            #expect(try ledger.claimed("e\u{301}")?.sequence == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `gives one claim to one of many who want it at once`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let winners = await withTaskGroup(of: Int.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let error = await ledgerError {
                            try await ledger.append([draft("\(number)", claim: "only one")])
                        }
                        return error == nil ? 1 : 0
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(winners == 1)
            #expect(try ledger.head.size == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `takes a thousand appends at once, whole batches side by side`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        let entries = try await ledger.append([
                            draft("\(number) a", claim: "claim \(number)"), draft("\(number) b"),
                        ])
                        #expect(entries.map(\.payload) == ["\(number) a", "\(number) b"])
                        #expect(entries[1].sequence == entries[0].sequence + 1)
                    }
                }
                try await group.waitForAll()
            }
            let entries = try ledger.entries(from: 1, limit: 3_000)
            #expect(entries.map(\.sequence) == Array(1...2_000))
            #expect(Set(entries.map(\.payload)).count == 2_000)
            for (one, next) in zip(entries, entries.dropFirst()) { #expect(next.previous == one.hash) }
            #expect(try await ledger.verify().failures == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `does not let one batch's claim harm the others of its group`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([draft(claim: "taken")])
            let refused = await withTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let claim = number.isMultiple(of: 2) ? "taken" : "free \(number)"
                        return await ledgerError { try await ledger.append([draft(claim: claim)]) } == nil ? 0 : 1
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(refused == 100)
            #expect(try ledger.head.size == 101)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `knows what is unresolved, by its latest opening`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([
                draft(subject: "a", standing: .open(brief: [1])),
                draft(subject: "b", standing: .open(brief: [2])),
                draft(subject: "c", standing: .open(brief: [3])),
                draft(subject: "a", standing: .unchanged),
            ])
            try await ledger.append([
                draft(subject: "b", standing: .settled),
                draft(subject: "a", standing: .open(brief: [])),
                draft(subject: "never opened", standing: .settled),
            ])
            #expect(
                try ledger.unresolved() == [
                    Unresolved(subject: "c", sequence: 3, brief: [3]),
                    Unresolved(subject: "a", sequence: 6, brief: []),
                ])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `lists by kind, by label, by both and by neither, newest first`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            for number in 1...30 {
                try await ledger.append(
                    [
                        draft(
                            "\(number)", kind: number.isMultiple(of: 3) ? "opened" : "closed",
                            label: number.isMultiple(of: 2) ? "even" : nil)
                    ], durability: .written)
            }
            func numbers(_ entries: [Entry]) -> [Int64] { entries.map(\.sequence) }

            #expect(numbers(try ledger.latest(limit: 3)) == [30, 29, 28])
            #expect(numbers(try ledger.latest(kind: "opened", limit: 3)) == [30, 27, 24])
            #expect(numbers(try ledger.latest(kind: "opened", before: 27, limit: 2)) == [24, 21])
            #expect(numbers(try ledger.latest(label: "even", limit: 3)) == [30, 28, 26])
            #expect(numbers(try ledger.latest(kind: "closed", label: "even", limit: 3)) == [28, 26, 22])
            #expect(numbers(try ledger.latest(kind: "none", limit: 3)) == [])
            #expect(numbers(try ledger.latest(limit: 0)) == [])
        }
    }

    /// More than two runs of the SQLite store, and a part of a third.
    @Test(arguments: StoreKind.allCases)
    func `lists a rare kind and a rare label as it lists common ones, wherever they are`(
        _ store: StoreKind
    ) async throws {
        try await store.withLedger { ledger async throws in
            let rare: Set<Int64> = [1, 64, 65, 100, 128, 129, 140]
            func kind(_ number: Int64) -> String { rare.contains(number) ? "rare" : "common" }
            func label(_ number: Int64) -> String? { number % 10 == 0 ? "tenth" : nil }
            let all = Array(1...150 as ClosedRange<Int64>)
            for start in stride(from: 0, to: 150, by: 15) {
                try await ledger.append(
                    all[start..<start + 15].map { draft(kind: kind($0), label: label($0)) }, durability: .written)
                for number in all[..<(start + 15)] where rare.contains(number) {
                    #expect(try ledger.latest(kind: "rare", before: number + 1, limit: 1).first?.sequence == number)
                }
            }
            for before in [1, 2, 64, 65, 66, 128, 129, 130, 150, 151, .max] as [Int64] {
                for limit in [1, 3, 40, 200] {
                    for (wanted, label) in [
                        ("rare", nil), ("common", nil), (nil, "tenth"), ("rare", "tenth"), ("common", "tenth"),
                    ] as [(String?, String?)] {
                        let expected = all.reversed().filter {
                            $0 < before && wanted ?? kind($0) == kind($0) && (label == nil || $0 % 10 == 0)
                        }.prefix(limit)
                        let found = try ledger.latest(kind: wanted, label: label, before: before, limit: limit)
                        #expect(found.map(\.sequence) == Array(expected), "\(before) \(limit)")
                    }
                }
            }
            #expect(try ledger.count(kind: "rare") == 7)
            #expect(try ledger.count(kind: "common", label: "tenth") == 13)
            #expect(try await ledger.verify().failures == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `finds all entries about a subject, oldest first`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([
                draft("1", subject: "a"), draft("2", subject: "b"), draft("3", subject: "a"), draft("4"),
            ])
            #expect(try ledger.entries(of: "a").map(\.payload) == ["1", "3"])
            #expect(try ledger.entries(of: "c") == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `counts by kind and label`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([
                draft(kind: "closed", label: "writeFile"), draft(kind: "closed", label: "writeFile"),
                draft(kind: "closed", label: "sendEmail"), draft(kind: "closed"), draft(kind: "opened"),
            ])
            #expect(try ledger.count(kind: "closed") == 4)
            #expect(try ledger.count(kind: "closed", label: "writeFile") == 2)
            #expect(try ledger.count(kind: "never") == 0)
            #expect(
                try ledger.tallies() == [
                    Tally(kind: "closed", label: nil, count: 1), Tally(kind: "closed", label: "sendEmail", count: 1),
                    Tally(kind: "closed", label: "writeFile", count: 2), Tally(kind: "opened", label: nil, count: 1),
                ])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `shows what was written before it is synced`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([draft("soon")], durability: .written)
            #expect(try ledger.entry(at: 1)?.payload == "soon")
            try await ledger.append([draft("now")], durability: .synced)
            #expect(try ledger.entries(from: 1, limit: 9).map(\.payload) == ["soon", "now"])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `refuses everything once it is closed, and can be closed twice`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([draft()])
            ledger.close()
            ledger.close()
            #expect(await ledgerError { try await ledger.append([draft()]) } == .closed)
            #expect(await ledgerError { _ = try ledger.entry(at: 1) } == .closed)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `refuses a record beyond the limit`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            let record = [UInt8](repeating: 0, count: Ledger.largestRecord + 1)
            let error = await ledgerError { try await ledger.append([Draft(record: record, index: Index(kind: ""))]) }
            #expect(error == .tooLarge(bytes: Ledger.largestRecord + 1, limit: Ledger.largestRecord))
        }
    }
}
