/// What a found value is.
package enum SecretKind: String, Sendable, CaseIterable {
    case awsKey, githubToken, gitlabToken, slackToken, stripeKey, googleKey, openAIKey, anthropicKey, npmToken
    case pypiToken, twilioKey, sendGridKey, azureKey, digitalOceanToken, telegramToken, discordToken, serviceToken
    case webhook, jsonWebToken, privateKey, urlPassword, password, authorization, keyLike
    case socialSecurityNumber, paymentCard, iban, aadhaar, passport, medicalRecord
    case emailAddress, phoneNumber, dateOfBirth

    package enum Severity: Sendable {
        /// Whoever has it can act as its owner.
        case secret
        /// It says something about a person.
        case personal
    }

    package var severity: Severity {
        switch self {
        case .socialSecurityNumber, .paymentCard, .iban, .aadhaar, .passport, .medicalRecord, .emailAddress,
            .phoneNumber, .dateOfBirth:
            .personal
        default: .secret
        }
    }

    /// Whether it names one person or account without anything else; an address alone is in every mail.
    package var identifies: Bool {
        switch self {
        case .socialSecurityNumber, .paymentCard, .iban, .aadhaar, .passport, .medicalRecord: true
        default: false
        }
    }

    package var words: String {
        switch self {
        case .awsKey: "AWS key"
        case .githubToken: "GitHub token"
        case .gitlabToken: "GitLab token"
        case .slackToken: "Slack token"
        case .stripeKey: "Stripe key"
        case .googleKey: "Google key"
        case .openAIKey: "OpenAI key"
        case .anthropicKey: "Anthropic key"
        case .npmToken: "npm token"
        case .pypiToken: "PyPI token"
        case .twilioKey: "Twilio key"
        case .sendGridKey: "SendGrid key"
        case .azureKey: "Azure key"
        case .digitalOceanToken: "DigitalOcean token"
        case .telegramToken: "Telegram token"
        case .discordToken: "Discord token"
        case .serviceToken: "service token"
        case .webhook: "webhook address"
        case .jsonWebToken: "JSON web token"
        case .privateKey: "private key"
        case .urlPassword: "password in a URL"
        case .password: "password"
        case .authorization: "authorization"
        case .keyLike: "key"
        case .socialSecurityNumber: "social security number"
        case .paymentCard: "payment card"
        case .iban: "bank account"
        case .aadhaar: "Aadhaar number"
        case .passport: "passport number"
        case .medicalRecord: "medical record number"
        case .emailAddress: "e-mail address"
        case .phoneNumber: "phone number"
        case .dateOfBirth: "date of birth"
        }
    }

    /// How many of its last bytes people compare it by; 0 where none may be shown.
    var shownEnd: Int {
        switch self {
        case .socialSecurityNumber, .paymentCard, .iban, .aadhaar, .phoneNumber: 4
        default: 0
        }
    }
}

/// One value that was found, and where.
package struct SecretMatch: Sendable, Equatable {
    package let kind: SecretKind
    /// Bytes of the scanned text.
    package let range: Range<Int>

    package init(kind: SecretKind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }
}
