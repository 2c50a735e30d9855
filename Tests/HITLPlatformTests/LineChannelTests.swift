import CPlatform
import Glibc
@testable import HITLPlatform
import Testing

private func pair(
    _ limits: LineChannel.Limits = .init(), _ otherLimits: LineChannel.Limits = .init()
) throws -> (LineChannel, LineChannel) {
    var ends: [Int32] = [-1, -1]
    #expect(platform_socket_pair(&ends) == 0)
    return (
        try LineChannel(reading: ends[0], writing: ends[0], limits: limits, on: .shared),
        try LineChannel(reading: ends[1], writing: ends[1], limits: otherLimits, on: .shared)
    )
}

@Suite struct `A channel of lines` {
    @Test func `carries lines both ways, whole and in order`() async throws {
        let (left, right) = try pair()
        try await left.write(Array("one\ntwo\r\n\nth".utf8))
        try await left.write(Array("ree\n".utf8))
        try await right.write(Array("back\n".utf8))
        left.closeWriting()
        var lines: [String] = []
        for try await line in right.lines { lines.append(line.text) }
        #expect(lines == ["one", "two\r", "", "three"])
        #expect(try await left.nextLine()?.text == "back")
        right.close()
        #expect(try await left.nextLine() == nil)
    }

    @Test func `does not pass off a torn line as one`() async throws {
        let (left, right) = try pair()
        try await left.write(Array("whole\nto".utf8))
        left.close()
        #expect(try await right.nextLine()?.text == "whole")
        await #expect(throws: LineChannel.Failure.cutOff(Array("to".utf8))) { try await right.nextLine() }
    }

    @Test func `refuses a line that is longer than allowed, at its length`() async throws {
        let (left, right) = try pair(.init(), .init(lineLength: 10))
        try await left.write(Array("0123456789\n".utf8))
        try await left.write(Array("0123456789x".utf8))
        #expect(try await right.nextLine()?.text == "0123456789")
        await #expect(throws: LineChannel.Failure.lineTooLong(limit: 10)) { try await right.nextLine() }
    }

    @Test func `makes the writer wait for a reader that is slower`() async throws {
        let (left, right) = try pair(.init(writeAhead: 1000), .init(readAhead: 1000))
        let total = Locked(0)
        let writer = Task {
            for _ in 0..<200 {
                try await left.write([UInt8](repeating: 0x61, count: 99_999) + [0x0a])
                total.withLock { $0 += 1 }
            }
            left.closeWriting()
        }
        // Nothing was taken, so the writer stands: what is under way is bounded by the limits and the kernel's buffers.
        var taken = 0
        while let line = try await right.nextLine() {
            taken += 1
            #expect(line.count == 99_999)
            #expect(total.withLock { $0 } <= taken + 30)
        }
        try await writer.value
        #expect(taken == 200)
    }

    @Test func `refuses an offer that would pile up`() throws {
        let (left, right) = try pair(.init(backlog: 1_000_000))
        withExtendedLifetime(right) {
            var refusal: LineChannel.Failure?
            for _ in 0..<100 where refusal == nil {
                do throws(LineChannel.Failure) { try left.offer([UInt8](repeating: 0, count: 100_000)) } catch {
                    refusal = error
                }
            }
            #expect(refusal == .backlogFull)
        }
    }

    @Test func `tells the writer that the peer is gone`() async throws {
        let (left, right) = try pair()
        right.close()
        #expect(try await left.nextLine() == nil)
        await #expect(throws: LineChannel.Failure.broken) { try await left.write([1]) }
    }

    @Test func `lets go of whoever waits when it is closed or the task is cancelled`() async throws {
        let (left, right) = try pair()
        let reader = Task { try await left.nextLine() }
        reader.cancel()
        await #expect(throws: LineChannel.Failure.cancelled) { try await reader.value }
        let next = Task { try await left.nextLine() }
        left.close()
        await #expect(throws: LineChannel.Failure.closed) { try await next.value }
        #expect(try await right.nextLine() == nil)
    }

    @Test func `goes on after a cancelled read, with nothing lost`() async throws {
        let (left, right) = try pair()
        for number in 0..<200 {
            let reader = Task { try await right.nextLine() }
            let canceller = Task { reader.cancel() }
            try await left.write(Array("\(number)\n".utf8))
            await canceller.value
            var line = try? await reader.value
            if line == nil { line = try await right.nextLine() }
            #expect(line?.text == "\(number)")
        }
    }

    @Test func `closes its descriptors with its last owner`() async throws {
        var (left, right): (LineChannel?, LineChannel) = try pair()
        #expect(left != nil)
        left = nil
        #expect(try await right.nextLine() == nil)
    }

    @Test func `cuts a stream the same way wherever it is torn`() {
        let stream = Array("a\n\nbcd\nef".utf8)
        for first in 0...stream.count {
            for second in first...stream.count {
                var splitter = LineSplitter(maximumLength: 3)
                var lines: [[UInt8]] = []
                for piece in [stream[..<first], stream[first..<second], stream[second...]] {
                    #expect(Array(piece).withUnsafeBytes { splitter.append($0, to: &lines) })
                }
                #expect(lines.map(\.text) == ["a", "", "bcd"])
                #expect(splitter.rest.text == "ef")
            }
        }
    }
}
