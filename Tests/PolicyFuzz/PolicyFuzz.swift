import CFuzzSteps
import Glibc
import HITLConfiguration
import HITLCore

/// `policy-fuzz [--seed S] [--cases N] [--subject NAME]`: random input into everything that reads what agents and
/// operators write. It looks for traps, for answers that do not hold together, for what is printed and not read back
/// as it was, and for time that grows faster than the input.
///
/// Case number i of a run with seed S is case 0 of one with seed S + i.
@main
struct PolicyFuzz {
    static func main() {
        var seed = UInt64(SystemRandomNumberGenerator.someSeed())
        var cases = 10_000
        var only: String?
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            let value = words.popFirst() ?? ""
            switch word {
            case "--seed": seed = UInt64(value) ?? seed
            case "--cases": cases = Int(value) ?? cases
            case "--subject": only = value
            default:
                say("policy-fuzz [--seed S] [--cases N] [--subject NAME]")
                exit(2)
            }
        }
        say("seed \(seed)")
        var failures = 0
        for subject in Subject.all where only == nil || only == subject.name {
            failures += run(subject, seed, cases)
        }
        exit(failures == 0 ? 0 : 1)
    }

    private static func run(_ subject: Subject, _ seed: UInt64, _ cases: Int) -> Int {
        var failures = 0
        var steepest = 0.0
        for number in 0..<cases {
            let own = seed &+ UInt64(number)
            fuzz_case(subject.name, own)
            var random = Noise(seed: own)
            if let flaw = subject.check(&random) {
                say("\(subject.name) --seed \(own): \(flaw)")
                failures += 1
            }
            // Growth needs long texts, which take their time; where nothing is counted there is none to see.
            guard number % 20 == 0, fuzz_steps() > 0, let grow = subject.grow else { continue }
            let piece = random.text(of: subject.pieces, upTo: 6)
            guard !piece.isEmpty else { continue }
            func steps(_ count: Int) -> Double {
                let text = (0..<count).flatMap { _ in piece }
                let before = fuzz_steps()
                grow(text)
                return Double(fuzz_steps() - before)
            }
            let (short, long) = (steps(16), steps(128))
            let growth = (long - 50_000) / max(short, 1)
            steepest = max(steepest, growth)
            // Eight times the text; a search in a sorted table may add a little.
            if growth > 14 {
                say("\(subject.name) --seed \(own): \(Int(short)) steps become \(Int(long)) for 8 times \(piece)")
                failures += 1
            }
        }
        let growth =
            steepest > 0 ? ", at most \(Int((steepest * 10).rounded()) / 10) times the steps for 8 times the text" : ""
        say("\(subject.name): \(cases) cases, \(failures) failures\(growth)")
        return failures
    }
}

/// At once: a trap would take what is buffered with it.
private func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

extension SystemRandomNumberGenerator {
    fileprivate static func someSeed() -> UInt32 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
