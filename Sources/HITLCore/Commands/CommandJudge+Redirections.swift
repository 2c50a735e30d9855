/// Where a command reads from and writes to.
extension CommandJudge {
    mutating func redirect(_ segment: ShellScript.Segment, by arguments: [CommandArgument]) {
        for redirection in segment.redirections {
            let target = redirection.target
            if target.literal == nil, redirection.op != .here, redirection.op != .hereTabs {
                doubt("\(target.opacity.words) in a redirection at byte \(target.offset)")
            }
            let flow = runNested(target)
            nested.join(flow)
            let files = expansion.arguments(of: target)
            switch redirection.op {
            case .here, .hereTabs, .hereString:
                isPiped = true
                input.literal = expansion.value(of: target)
                input.isKnown = true
                input.isFetched = input.isFetched || flow.isFetched
                input.isDecoded = input.isDecoded || flow.isDecoded
                input.holdsSecret = input.holdsSecret || flow.holdsSecret
            case .duplicateInput, .duplicateOutput:
                let isDescriptor =
                    files.count == 1 && files[0].bytes.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") }
                if isDescriptor {
                    if redirection.descriptor.map({ $0.allSatisfy(\.isDigit) }) == false { becomeHarmful() }
                    // Closing or exchanging the shell's own descriptors is `exec`'s, which asks anyway.
                    continue
                }
                for file in files { write(file) }
            case .read:
                isPiped = true
                // `bash < <(curl …)` reads what that command says.
                if target.opacity.contains(.substitution) { input.join(flow) }
                for file in files where !touch(file, .read) {
                    if sights(of: file.bytes).contains(where: \.holdsSecrets) { input.holdsSecret = true }
                }
            case .write, .append, .clobber, .readWrite, .both, .bothAppend:
                for file in files { write(file) }
            }
        }
    }

    /// A redirection that creates or changes a file; `/dev/null` is none.
    private mutating func write(_ file: CommandArgument) {
        if !isHarmlessSink(file) { noteSurplus("output goes to a file") }
        if touch(file, .write), !isHarmlessSink(file) {
            add(.fileModification, 20, .ask, "writes to \(Finding.quoting(file.bytes))")
        }
    }

    private func isHarmlessSink(_ file: CommandArgument) -> Bool {
        file.isExact && ["/dev/null", "/dev/stdout", "/dev/stderr"].contains(file.text)
    }
}
