/// Why a URL may lead to another place than it seems to.
package enum URLDoubt: Sendable, CaseIterable {
    case userInformation
    case hiddenCharacter
    case controlCharacter
    case backslash
    case slashes
    case encodedHost
    case foreignLetters
    case punycode
    case oddAddress
    case oddHost
    case oddPort
    case zone
    case trailingDot
    case nestedURL
    case nestedInternalURL
    case variable
    case tooLong

    package var finding: Finding { Finding(factor: factor, weight: weight, effect: .ask, words: words) }

    private var factor: String {
        switch self {
        case .userInformation, .hiddenCharacter, .controlCharacter, .backslash, .encodedHost, .foreignLetters,
            .punycode,
            .oddAddress:
            "deception"
        case .nestedInternalURL: "internal_network"
        case .nestedURL: "redirection"
        case .slashes, .oddHost, .oddPort, .zone, .trailingDot, .variable, .tooLong: "not_analysable"
        }
    }

    private var weight: Int {
        switch self {
        case .userInformation, .hiddenCharacter, .controlCharacter, .backslash, .encodedHost: 40
        case .foreignLetters, .punycode, .oddAddress, .nestedInternalURL: 30
        case .oddHost, .oddPort, .zone, .slashes, .tooLong, .variable: 20
        case .trailingDot, .nestedURL: 10
        }
    }

    private var words: String {
        switch self {
        case .userInformation: "a user stands before the host of the URL and may be taken for the host"
        case .hiddenCharacter: "the URL holds characters that are not visible, or that turn the line round"
        case .controlCharacter: "the URL holds control characters or line ends"
        case .backslash: "the URL holds a backslash, which some programs take for a slash"
        case .slashes: "the URL does not have two slashes before its host"
        case .encodedHost: "the host of the URL is percent-encoded"
        case .foreignLetters: "the host has letters outside ASCII, which can look like others"
        case .punycode: "the host is a name with letters outside ASCII, written in punycode"
        case .oddAddress: "the host is an address in an unusual spelling"
        case .oddHost: "the host is not the name of one"
        case .oddPort: "the port is none"
        case .zone: "the address names a network interface"
        case .trailingDot: "the host ends in a dot"
        case .nestedURL: "the URL holds another one, to which it may lead"
        case .nestedInternalURL: "the URL holds another one that leads into an internal network"
        case .variable: "the URL holds a variable or a template that is filled in elsewhere"
        case .tooLong: "the URL is longer than is usual"
        }
    }
}
