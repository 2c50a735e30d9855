/// What a path in a call is, and what follows from doing something with it.
package struct PathAnalysis: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        case beneathWorkspace
        case workspace
        /// A home, the root, a directory right below it, or what holds the workspace.
        case wholeTree
        case outside
        case unknown
    }

    /// As it was written, without dots.
    package let path: LexicalPath
    package let place: Place
    /// Every class that one of its readings belongs to.
    package let classes: [SensitivePath]
    /// Classes of files that lie beneath it, for what removes it as a whole.
    package let classesBeneath: [SensitivePath]
    package let doubts: [PathDoubt]

    package init(_ written: some Sequence<UInt8>, in surroundings: PathSurroundings = PathSurroundings()) {
        let bytes = Array(written)
        path = LexicalPath(bytes, in: surroundings)
        var classes: Set<SensitivePath> = []
        var beneath: Set<SensitivePath> = []
        var places: [Place] = []
        for reading in PathReadings.of(bytes) {
            let sight = PathSight(reading, in: surroundings)
            classes.formUnion(sight.classes)
            beneath.formUnion(sight.classesBeneath)
            places.append(sight.place)
        }
        self.classes = SensitivePath.allCases.filter(classes.contains)
        classesBeneath = SensitivePath.allCases.filter(beneath.contains)
        doubts = PathDoubt.about(bytes)
        place = [Place.wholeTree, .workspace, .outside, .unknown].first(where: places.contains) ?? .beneathWorkspace
    }

    package init(_ written: String, in surroundings: PathSurroundings = PathSurroundings()) {
        self.init(written.utf8, in: surroundings)
    }

    /// Nothing stands against reading it: an ordinary file beneath the workspace, written plainly.
    package var isOrdinary: Bool { findings(for: .read).isEmpty }

    /// The strictest finding of each factor.
    package func findings(for access: PathAccess) -> [Finding] {
        var findings: [Finding] = []
        func add(_ finding: Finding) {
            guard let place = findings.firstIndex(where: { $0.factor == finding.factor }) else {
                return findings.append(finding)
            }
            findings[place] = Self.stricter(findings[place], finding)
        }
        for doubt in doubts {
            let finding = doubt.finding
            let isDeletion = access == .remove || access == .removeTree
            add(
                doubt == .empty && isDeletion
                    ? Finding(factor: "whole_tree", weight: 80, effect: .deny, words: finding.words) : finding)
        }
        for kind in classes {
            guard let judgement = kind.judgement(of: access) else { continue }
            add(Finding(kind, judgement, words: "`\(quoted)` is \(kind.words)"))
        }
        if access == .removeTree {
            for kind in classesBeneath where !classes.contains(kind) {
                guard let judgement = kind.judgement(of: access) else { continue }
                add(Finding(kind, judgement, words: "beneath `\(quoted)` lies \(kind.words)"))
            }
        }
        if let finding = placeFinding(access) { add(finding) }
        return findings
    }

    private func placeFinding(_ access: PathAccess) -> Finding? {
        switch (place, access) {
        case (.beneathWorkspace, _), (.workspace, .read), (.workspace, .write): nil
        case (.wholeTree, .read): outside(10)
        case (.wholeTree, .write): outside(40)
        case (.wholeTree, .remove), (.wholeTree, .removeTree), (.workspace, .remove), (.workspace, .removeTree):
            Finding(factor: "whole_tree", weight: 100, effect: .deny, words: "`\(quoted)` is a whole tree of files")
        case (.outside, .read), (.unknown, .read): outside(10)
        case (.outside, .write), (.unknown, .write): outside(20)
        case (.outside, .remove), (.unknown, .remove): outside(25)
        case (.outside, .removeTree), (.unknown, .removeTree): outside(35)
        }
    }

    private func outside(_ weight: Int) -> Finding? {
        // What has to be written to an empty device or read from it has nothing to do with the workspace.
        guard !classes.contains(.harmlessDevice) else { return nil }
        let words =
            place == .unknown ? "it is not known where `\(quoted)` leads" : "`\(quoted)` is not in the workspace"
        return Finding(factor: "outside_workspace", weight: weight, effect: .ask, words: words)
    }

    private var quoted: String {
        let text = path.text
        guard text.utf8.count > 200 else { return text }
        return "\(String(decoding: text.utf8.prefix(200), as: UTF8.self))…"
    }

    static func stricter(_ left: Finding, _ right: Finding) -> Finding {
        let isLeft =
            switch (left.effect, right.effect) {
            case (let one?, let other?) where one != other: one < other
            case (_?, nil): true
            case (nil, _?): false
            default: left.weight >= right.weight
            }
        let (strict, mild) = isLeft ? (left, right) : (right, left)
        let isFloor = left.isFloor || right.isFloor
        guard mild.weight > strict.weight || isFloor != strict.isFloor else { return strict }
        return Finding(
            factor: strict.factor, weight: max(mild.weight, strict.weight), effect: strict.effect, words: strict.words,
            isFloor: isFloor)
    }
}

extension Finding {
    fileprivate init(_ kind: SensitivePath, _ judgement: SensitivePath.Judgement, words: String) {
        self.init(
            factor: kind.factor, weight: judgement.weight, effect: judgement.effect, words: words, isFloor: kind.isFloor
        )
    }
}
