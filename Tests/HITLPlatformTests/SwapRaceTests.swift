import Glibc
@testable import HITLPlatform
import HITLTestSupport
import Testing

/// Swaps two names as fast as the kernel can, until it is told to stop.
private final class Swapper: Sendable {
    private let isOver = Locked(false)
    private let thread: pthread_t
    private let box: Unmanaged<Box>

    private final class Box: Sendable {
        let step: @Sendable () -> Void
        let isOver: Locked<Bool>

        init(_ isOver: Locked<Bool>, _ step: @escaping @Sendable () -> Void) {
            self.isOver = isOver
            self.step = step
        }
    }

    init(_ step: @escaping @Sendable () -> Void) {
        let isOver = isOver
        box = Unmanaged.passRetained(Box(isOver, step))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                let box = Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue()
                while !box.isOver.withLock({ $0 }) { box.step() }
                return nil
            }, box.toOpaque())
        self.thread = thread
    }

    func stop() {
        isOver.withLock { $0 = true }
        pthread_join(thread, nil)
        box.release()
    }
}

/// In memory, so that thousands of synced writes cost nothing.
private let memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"

/// `workspace/place` is a directory of the workspace at one moment and a link to a directory outside at the next.
private struct Battlefield {
    let scratch = Scratch(in: memory)

    init() {
        for name in ["workspace", "workspace/place", "outside"] { scratch.makeDirectory(name) }
        scratch.makeFile("workspace/place/file", "inside")
        scratch.makeFile("outside/file", "outside")
        scratch.makeLink("workspace/door", to: scratch / "outside")
    }

    func swapper() -> Swapper {
        let (place, door, spare) = (
            scratch / "workspace/place", scratch / "workspace/door", scratch / "workspace/spare"
        )
        return Swapper {
            _ = rename(place, spare)
            _ = rename(door, place)
            _ = rename(place, door)
            _ = rename(spare, place)
        }
    }
}

@Suite(.oneAtATime) struct `Somebody who swaps links in while files are used` {
    @Test(arguments: [true, false])
    func `never makes a read return what is outside`(byKernel: Bool) async throws {
        let field = Battlefield()
        let workspace = try ConfinedDirectory(field.scratch / "workspace", links: .followedInside, byKernel: byKernel)
        let contents = try await onOwnThread {
            let swapper = field.swapper()
            defer { swapper.stop() }
            return (0..<10_000).map { _ in (try? workspace.read("place/file", limit: 100))?.bytes.text }
        }
        // Both outcomes have to occur, or nothing was raced.
        #expect(Set(contents) == ["inside", nil])
    }

    @Test(arguments: [true, false])
    func `never makes a write, a move or a deletion happen outside`(byKernel: Bool) async throws {
        let field = Battlefield()
        let workspace = try ConfinedDirectory(field.scratch / "workspace", links: .followedInside, byKernel: byKernel)
        field.scratch.makeFile("workspace/seed", "seed")
        let (done, refused) = try await onOwnThread {
            let swapper = field.swapper()
            defer { swapper.stop() }
            var (done, refused) = (0, 0)
            func attempt(_ body: () throws(FileError) -> Void) {
                do throws(FileError) {
                    try body()
                    done += 1
                } catch {
                    refused += 1
                }
            }
            for round in 0..<10_000 {
                attempt { () throws(FileError) in try workspace.write(Array("written".utf8), to: "place/file") }
                attempt { () throws(FileError) in try workspace.write([], to: "place/new\(round)", expecting: .absent) }
                attempt { () throws(FileError) in try workspace.delete("place/new\(round)") }
                attempt { () throws(FileError) in try workspace.move("seed", to: "place/seed") }
                attempt { () throws(FileError) in try workspace.move("place/seed", to: "seed") }
            }
            return (done, refused)
        }
        #expect(done > 0 && refused > 0)
        #expect(field.scratch.names("outside") == ["file"])
        #expect(field.scratch.text("outside/file") == "outside")
    }

    @Test func `never makes a write follow a link that takes the file's own name`() async throws {
        let field = Battlefield()
        let workspace = try ConfinedDirectory(field.scratch / "workspace")
        let (target, outside) = (field.scratch / "workspace/place/file", field.scratch / "outside/file")
        let link = field.scratch / "workspace/place/link"
        try await onOwnThread {
            let swapper = Swapper {
                _ = symlink(outside, link)
                _ = rename(link, target)
            }
            defer { swapper.stop() }
            for _ in 0..<10_000 { _ = try? workspace.write(Array("written".utf8), to: "place/file") }
        }
        #expect(field.scratch.text("outside/file") == "outside")
    }

    @Test func `is noticed where the file was shown before`() async throws {
        let scratch = Scratch(in: memory)
        scratch.makeFile("file", "shown")
        let workspace = try ConfinedDirectory(scratch.path)
        let (file, mine) = (scratch / "file", scratch / "mine")
        // Every replacement that the swapper made must be seen by the next write: none of its texts is lost unseen.
        let reasons = try await onOwnThread {
            let swapper = Swapper {
                let descriptor = open(mine, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
                _ = write(descriptor, "theirs", 6)
                close(descriptor)
                _ = rename(mine, file)
            }
            defer { swapper.stop() }
            var reasons: Set<FileError.Reason?> = []
            for _ in 0..<5_000 {
                guard let shown = try? workspace.read("file", limit: 100) else { continue }
                do throws(FileError) {
                    try workspace.write(Array("ours".utf8), to: "file", expecting: .unchanged(shown.facts.identity))
                    reasons.insert(nil)
                } catch {
                    reasons.insert(error.reason)
                }
            }
            return reasons
        }
        #expect(reasons == [nil, .changedSinceShown])
        #expect(scratch.names().filter { $0.hasPrefix(".~") } == [])
    }

    @Test func `loses nothing to a write that was checked a moment too early`() async throws {
        let scratch = Scratch(in: memory)
        let workspace = try ConfinedDirectory(scratch.path)
        let (file, mine) = (scratch / "file", scratch / "mine")
        // Strikes once a round, at the moment when the write has made its temporary file: after its check.
        let isArmed = Locked(false)
        let (lost, hits) = try await onOwnThread {
            let swapper = Swapper {
                isArmed.withLock { isArmed in
                    guard isArmed, scratch.names().contains(where: { $0.hasPrefix(".~") }) else { return }
                    _ = rename(mine, file)
                    isArmed = false
                }
            }
            defer { swapper.stop() }
            var (lost, hits) = (0, 0)
            for _ in 0..<1_000 {
                scratch.makeFile("file", "shown")
                scratch.makeFile("mine", "theirs")
                let shown = try workspace.facts(of: "file").identity
                isArmed.withLock { $0 = true }
                _ = try? workspace.write(Array("ours".utf8), to: "file", expecting: .unchanged(shown))
                let hasStruck = isArmed.withLock { isArmed in
                    defer { isArmed = false }
                    return !isArmed
                }
                if hasStruck { hits += 1 }
                // Whether they came before the exchange or after it: theirs is what stays.
                if hasStruck && scratch.text("file") != "theirs" { lost += 1 }
            }
            return (lost, hits)
        }
        #expect(hits > 0)
        #expect(lost == 0)
    }
}
