/// Keys and tokens that are known by how they begin.
///
/// Some formats carry a checksum (GitHub and npm end in a CRC-32). It is not asked for: a token with a typing
/// error still gives most of the real one away, and nothing is lost where a false one is masked.
enum TokenTable {
    struct Row: Sendable {
        let start: [UInt8]
        let kind: SecretKind
        let body: Body
        /// How many bytes follow the start, at least and at most.
        let length: ClosedRange<Int>
    }

    enum Body: Sendable {
        case capitals
        case alphanumeric
        case hexadecimal
        /// Letters, digits, `_` and `-`.
        case base64URL
        /// These and `.`, `=`, `+`, `/`, `%`, `|`, `:`.
        case dotted

        func holds(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39: true
            case 0x41...0x5A: self != .hexadecimal || byte <= 0x46
            case 0x61...0x7A: self != .capitals && (self != .hexadecimal || byte <= 0x66)
            case UInt8(ascii: "_"), UInt8(ascii: "-"): self == .base64URL || self == .dotted
            case UInt8(ascii: "."), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "%"),
                UInt8(ascii: "|"):
                self == .dotted
            default: false
            }
        }
    }

    private static let table: [(kind: SecretKind, body: Body, length: ClosedRange<Int>, starts: [String])] = [
        (.awsKey, .capitals, 16...16, ["AKIA", "ASIA", "ABIA", "ACCA"]),
        (.awsKey, .dotted, 100...300, ["ABSK"]),
        (.githubToken, .alphanumeric, 36...255, ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]),
        (.githubToken, .base64URL, 36...255, ["github_pat_"]),
        (
            .gitlabToken, .dotted, 20...300,
            [
                "glpat-", "glptt-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glsoat-", "glft-", "glimt-", "glagent-",
                "gloas-", "glffct-", "GR1348941",
            ]
        ),
        (
            .slackToken, .base64URL, 10...300,
            [
                "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxc-", "xoxd-", "xoxo-", "xoxe-", "xapp-",
            ]
        ),
        (.slackToken, .dotted, 20...300, ["xoxe.xoxp-", "xoxe.xoxb-"]),
        (.stripeKey, .alphanumeric, 16...255, ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"]),
        (.googleKey, .base64URL, 35...35, ["AIza"]),
        (.googleKey, .dotted, 20...512, ["ya29.", "1//0"]),
        (.googleKey, .base64URL, 20...60, ["GOCSPX-"]),
        (.anthropicKey, .base64URL, 20...300, ["sk-ant-"]),
        (.openAIKey, .base64URL, 32...300, ["sk-", "sess-"]),
        (.openAIKey, .base64URL, 20...300, ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-"]),
        (.npmToken, .alphanumeric, 36...100, ["npm_"]),
        (.pypiToken, .base64URL, 40...512, ["pypi-"]),
        (.twilioKey, .hexadecimal, 32...32, ["AC", "SK"]),
        (.sendGridKey, .dotted, 40...100, ["SG."]),
        (.digitalOceanToken, .alphanumeric, 40...100, ["dop_v1_", "doo_v1_", "dor_v1_"]),
        (
            .serviceToken, .alphanumeric, 30...100,
            [
                "hf_", "r8_", "gsk_", "rubygems_", "lin_api_", "lin_oauth_", "ntn_", "shpat_", "shpss_", "shpca_",
                "shppa_",
                "sbp_", "cio", "bkua_", "figd_", "glc_", "glsa_", "sntrys_", "sntryu_", "tskey", "dapi", "pat_", "ops_",
            ]
        ),
        (
            .serviceToken, .base64URL, 24...300,
            [
                "dckr_pat_", "dckr_oat_", "ATATT3", "ATCTT3", "NRAK-", "PMAK-", "HRKU-", "pul-", "pplx-", "xai-",
                "CCIPAT_",
                "sq0csp-", "sq0atp-", "sq0idp-", "AKCp", "key-", "tskey-auth-", "tskey-api-", "fo1_", "EAACEdEose0cBA",
                "nvapi-", "sgp_", "vercel_", "AGE-SECRET-KEY-1", "ctx7sk-", "cfut_",
            ]
        ),
        (
            .serviceToken, .dotted, 24...512,
            [
                "hvs.", "hvb.", "hvr.", "dp.pt.", "dp.st.", "sl.", "FlyV1 fm2_", "secret_", "v1.0-", "CfDJ8",
                "AQoDYXdz",
            ]
        ),
        (
            .webhook, .dotted, 20...300,
            [
                "https://hooks.slack.com/services/", "https://hooks.slack.com/workflows/",
                "https://discord.com/api/webhooks/", "https://discordapp.com/api/webhooks/",
            ]
        ),
    ]

    /// Further services whose keys say whose they are.
    private static let further: [(kind: SecretKind, body: Body, length: ClosedRange<Int>, starts: [String])] = [
        (.awsKey, .capitals, 16...16, ["A3T0", "AGPA", "AIDA", "AROA", "AIPA", "ANPA", "ANVA"]),
        (.serviceToken, .alphanumeric, 20...20, ["LTAI"]),
        (.serviceToken, .base64URL, 32...36, ["A3-"]),
        (.serviceToken, .dotted, 79...79, ["pat"]),
        (.serviceToken, .hexadecimal, 32...32, ["p8e-", "dapi"]),
        (.serviceToken, .alphanumeric, 54...54, ["EZAK", "EZTK"]),
        (.serviceToken, .base64URL, 35...40, ["AQVN"]),
        (.serviceToken, .base64URL, 40...80, ["EAAA"]),
        (.serviceToken, .dotted, 32...200, ["pscale_tkn_", "pscale_oauth_", "pscale_pw_"]),
        (.serviceToken, .alphanumeric, 60...80, ["rdme_", "CLOJARS_"]),
        (.serviceToken, .base64URL, 40...200, ["xkeysib-", "xsmtpsib-", "fio-u-", "tfp_", "dnkey-", "s-s4t2ud-"]),
        (.serviceToken, .base64URL, 40...50, ["duffel_test_", "duffel_live_"]),
        (.serviceToken, .dotted, 80...120, ["dt0c01.", "dt0s01."]),
        (.serviceToken, .base64URL, 12...60, ["FLWSECK_TEST-", "FLWSECK-", "NRJS-", "NRII-"]),
        (.serviceToken, .alphanumeric, 30...50, ["ico-", "API-", "pnu_", "squ_", "sqp_", "sqa_", "nfp_", "tk-us-"]),
        (.serviceToken, .alphanumeric, 40...40, ["shippo_live_", "shippo_test_"]),
        (.serviceToken, .base64URL, 43...43, ["sha256~"]),
        (.serviceToken, .alphanumeric, 16...64, ["sm_pat_", "sm_sat_", "sm_aat_", "ddp_", "ddw_", "rnd_"]),
        (.serviceToken, .dotted, 60...400, ["gAAAAAB", "fm1r_", "fm2_", "fm1a_", "eyJrIjoi"]),
        (.serviceToken, .base64URL, 32...80, ["CCIPRJ_", "api_org_", "oy2"]),
        (.serviceToken, .alphanumeric, 24...24, ["s."]),
        (
            .serviceToken, .base64URL, 24...300,
            ["CFPAT-", "ATBB", "phx_", "lsv2_pt_", "lsv2_sk_", "tgp_v1_", "rpa_", "pat-na1-", "pat-eu1-", "ops_"]
        ),
        (.serviceToken, .alphanumeric, 32...48, ["AKID", "co_"]),
        (.serviceToken, .dotted, 40...200, ["atlasv1.", "sk.eyJ", "t1."]),
        (.serviceToken, .base64URL, 32...40, ["re_"]),
        (
            .webhook, .dotted, 20...300,
            [
                "https://ptb.discord.com/api/webhooks/", "https://canary.discord.com/api/webhooks/",
                "https://hooks.zapier.com/hooks/catch/", "https://outlook.office.com/webhook/",
                "https://maker.ifttt.com/trigger/", "https://chat.googleapis.com/v1/spaces/",
            ]
        ),
    ]

    /// By the first two bytes; the longer start first.
    private static let byStart: [UInt16: [Row]] = {
        var rows: [UInt16: [Row]] = [:]
        for entry in table + further {
            for start in entry.starts {
                let row = Row(start: Array(start.utf8), kind: entry.kind, body: entry.body, length: entry.length)
                rows[pair(row.start[0], row.start[1]), default: []].append(row)
            }
        }
        return rows.mapValues { $0.sorted { $0.start.count > $1.start.count } }
    }()

    static let pairs: Set<UInt16> = Set(byStart.keys)

    static func pair(_ first: UInt8, _ second: UInt8) -> UInt16 { UInt16(first) << 8 | UInt16(second) }

    /// The token that begins at `start`, where no letter or digit stands before it.
    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard start + 1 < bytes.count, let rows = byStart[pair(bytes[start], bytes[start + 1])] else { return nil }
        for row in rows {
            guard bytes[start...].starts(with: row.start) else { continue }
            let from = start + row.start.count
            var end = from
            while end < bytes.count, end - from <= row.length.upperBound, row.body.holds(bytes[end]) { end += 1 }
            // A full stop ends a sentence, not a token.
            while end > from, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard row.length.contains(end - from), end == bytes.count || !Body.alphanumeric.holds(bytes[end]) else {
                continue
            }
            guard isPlausible(bytes[from..<end], row) else { continue }
            return SecretMatch(kind: row.kind, range: start..<end)
        }
        return nil
    }

    /// `sk-some-long-name-of-a-class` is no key: short lowercase words between hyphens.
    private static func isPlausible(_ body: ArraySlice<UInt8>, _ row: Row) -> Bool {
        let hasDigit = body.contains { (0x30...0x39).contains($0) }
        let hasCapital = body.contains { (0x41...0x5A).contains($0) }
        switch row.body {
        case .base64URL, .dotted: return hasDigit || hasCapital
        case .alphanumeric: return hasDigit || hasCapital || row.start.count > 4
        case .hexadecimal: return hasDigit
        case .capitals: return true
        }
    }
}
