import HITLCore
import HITLPlatform

/// Why a call cannot be carried out as it was proposed. It is shown with the request, and is the outcome of running it.
enum Obstacle: Error, Equatable {
    case unknownTool(String)

    case missingArgument(String)
    case unknownArgument(String, known: [String])
    case wrongForm(String, expected: ToolDefinition.Form)
    case neither(String, String)
    case both(String, String)

    case leavesWorkspace(path: String, resolved: String)
    case controlCharacter(in: String)
    case linksInACircle(String)
    case throughMissingDirectory(String)
    case workspaceItself
    case file(FileError)
    case notText(String)
    case tooLarge(String, bytes: UInt64, limit: Int)
    case nothingToReplace(path: String)
    case ambiguous(path: String, occurrences: Int)
    case emptyOldText
    case directoryNotEmpty(String, entries: Int)
    case intoItself(String)

    case emptyCommand
    case executable(ResolvedExecutable.Failure, searched: String)
    case holdsNul(String)
    case process(ProcessError)
    case unknownLanguage(String, known: [String])
    case timeLimit(Milliseconds, most: Milliseconds)
    case directory(String)

    case url(HTTPTarget.Fault)
    case method(String)
    case headerName(String)
    case headerValue(String)
    case headerTooLong(String, limit: Int)
    case reservedHeader(String)
    case bodyNotSendable
    case bodyTooLarge(Int, limit: Int)

    case address(String)
    case noRecipient
    case mailText(String)

    case outbox(FileError)

    case notPrepared
    case temporaryDirectory(SystemError)
    /// The gate's own files lie where a confined command may write or read.
    case gateWithinReach(String)
    case changed(String)
}

extension Obstacle: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknownTool(let name): "hitl has no tool named `\(name)`"

        case .missingArgument(let name): "the argument `\(name)` is missing"
        case .unknownArgument(let name, let known):
            "there is no argument `\(name)`; the tool has \(known.map { "`\($0)`" }.joined(separator: ", "))"
        case .wrongForm(let name, let form): "the argument `\(name)` must be \(form.words)"
        case .neither(let one, let other): "one of the arguments `\(one)` and `\(other)` is needed"
        case .both(let one, let other): "the arguments `\(one)` and `\(other)` exclude each other"

        case .leavesWorkspace(let path, let resolved): "`\(path)` leaves the workspace: it leads to `\(resolved)`"
        case .controlCharacter(let path): "`\(path)` has a control character in it"
        case .linksInACircle(let path): "`\(path)` leads through symbolic links without end"
        case .throughMissingDirectory(let path): "`\(path)` goes back with `..` out of a directory that does not exist"
        case .workspaceItself: "the workspace itself cannot be deleted, moved or replaced"
        case .file(let error): error.description
        case .notText(let path): "`\(path)` is not text"
        case .tooLarge(let path, let bytes, let limit):
            "`\(path)` has \(bytes) bytes; at most \(limit) can be worked on"
        case .nothingToReplace(let path): "the text to replace does not occur in `\(path)`"
        case .ambiguous(let path, let occurrences):
            "the text to replace occurs \(occurrences) times in `\(path)`; give more of its surroundings, or `replaceAll`"
        case .emptyOldText: "the text to replace is empty"
        case .directoryNotEmpty(let path, let entries):
            "`\(path)` is a directory with \(plural(entries, "entry", "entries")); `recursive` is needed"
        case .intoItself(let path): "`\(path)` cannot be moved into itself"

        case .emptyCommand: "the command is empty"
        case .temporaryDirectory(let error): "no temporary directory could be made for it: \(error)"
        case .gateWithinReach(let path): "it cannot be confined: the gate's own `\(path)` lies in its reach"
        case .executable(.notFound(let name), let searched) where !name.utf8.contains(UInt8(ascii: "/")):
            "there is no command `\(name)` in \(searched)"
        case .executable(let failure, _): failure.description
        case .holdsNul(let name): "the argument `\(name)` has a NUL character in it"
        case .process(let error): error.description
        case .unknownLanguage(let language, let known):
            "hitl knows no interpreter for `\(language)`; it knows \(known.joined(separator: ", "))"
        case .timeLimit(let asked, let most): "a time limit of \(asked.text) is not between 1ms and \(most.text)"
        case .directory(let path): "`\(path)` is not a directory"

        case .url(let fault): fault.description
        case .method(let method): "`\(method)` is not a method that can be sent"
        case .headerName(let name): "`\(name)` cannot be the name of a header"
        case .headerValue(let name): "the header `\(name)` has a control character or something outside ASCII in it"
        case .headerTooLong(let name, let limit): "the header `\(name)` is longer than \(limit) bytes"
        case .reservedHeader(let name): "the header `\(name)` is set by hitl itself"
        case .bodyNotSendable: "the body has a NUL character in it, which cannot be sent"
        case .bodyTooLarge(let bytes, let limit): "the body has \(bytes) bytes; at most \(limit) can be sent"

        case .address(let text): "`\(text)` is not a mail address"
        case .noRecipient: "there is nobody to send to"
        case .mailText(let name):
            "the argument `\(name)` has a control character in it, which a message cannot carry there"

        case .outbox(let error): "the outbox cannot be written: \(error)"

        case .notPrepared: "it was never looked at before it was asked for"
        case .changed(let what): what
        }
    }
}

func plural(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
}
