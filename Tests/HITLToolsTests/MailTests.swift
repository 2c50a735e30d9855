import Glibc
import HITLCore
import HITLTools
import Testing

@Suite struct `A message` {
    @Test func `is shown whole and written as it was shown`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare(
            "sendEmail",
            ["to": "customer@example.com", "subject": "Order Update", "body": "Dear customer,\nit is on its way."])
        #expect(
            call.facts.preview == """
                Date: Thu, 01 Jan 2026 14:30:00 +0000
                From: hitl@localhost
                To: customer@example.com
                Subject: Order Update
                Message-ID: <010101010101010101010101@localhost>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Dear customer,
                it is on its way.

                """)
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "put a message to 1 recipient into the outbox as `010101010101010101010101.eml`")
        let file = bench.text(bench.outbox + "/010101010101010101010101.eml")
        #expect(
            file.map { Array($0.utf8) } == call.facts.preview.map { $0.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] } })
        var facts = stat()
        stat(bench.outbox + "/010101010101010101010101.eml", &facts)
        #expect(facts.st_mode & 0o777 == 0o600)
    }

    @Test func `may have nothing in it`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("sendEmail", ["to": "customer@example.com", "subject": "Order Update"])
        #expect(call.facts.warnings == [])
        #expect(call.facts.preview?.hasSuffix("Content-Transfer-Encoding: 7bit\n\n\n") == true)
        #expect(try await bench.run(call)?.status == .succeeded)
    }

    @Test func `is encoded where it is not ASCII, and folded`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare(
            "sendEmail",
            [
                "to": ["Zoë Müller <zoe@example.com>", "\"Doe, Jane\" <jane@example.com>"], "cc": "a@b.org, c@d.org",
                "bcc": "x@y.org", "from": "Ada <ada@example.com>",
                "subject": "Grüße aus einer sehr langen Betreffzeile, die umbrochen werden muss, weil sie lang ist",
                "body": .string("Grüße = \(String(repeating: "x", count: 80)) \nEnde"),
            ])
        #expect(
            call.facts.preview == """
                Date: Thu, 01 Jan 2026 14:30:00 +0000
                From: Ada <ada@example.com>
                To: =?UTF-8?Q?Zo=C3=AB_M=C3=BCller?= <zoe@example.com>,
                 "Doe, Jane" <jane@example.com>
                Cc: a@b.org,
                 c@d.org
                Bcc: x@y.org
                Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_einer_sehr_langen_Betreffzeile=2C_die_umbro?=
                 =?UTF-8?Q?chen_werden_muss=2C_weil_sie_lang_ist?=
                Message-ID: <010101010101010101010101@example.com>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Gr=C3=BC=C3=9Fe =3D xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=
                xxxxxxxxxxxxxxxxxxxxxxxxx=20
                Ende

                """)
    }

    private static let injections: [JSONValue] = [
        ["to": "a@b.org\r\nBcc: evil@example.com", "subject": "s", "body": "b"],
        ["to": "a@b.org\nBcc: evil@example.com", "subject": "s", "body": "b"],
        ["to": "a@b.org", "subject": "s\r\nBcc: evil@example.com", "body": "b"],
        ["to": "a@b.org", "subject": "s\n\nbody", "body": "b"],
        ["to": "a@b.org", "subject": "s\u{0}", "body": "b"],
        ["to": "Eve\r\nBcc: evil@example.com <a@b.org>", "subject": "s", "body": "b"],
        ["to": "a@b.org", "cc": ["c@d.org", "e@f.org\nX: y"], "subject": "s", "body": "b"],
        ["to": "a@b.org", "from": "a@b.org\nX: y", "subject": "s", "body": "b"],
        ["to": "a@b.org> <evil@example.com", "subject": "s", "body": "b"],
        ["to": "a@b.org,evil", "subject": "s", "body": "b"],
        ["to": "a b@c.org", "subject": "s", "body": "b"],
        ["to": "\"a\"@c.org", "subject": "s", "body": "b"],
        ["to": "a@-c.org", "subject": "s", "body": "b"],
        ["to": "a@exämple.org", "subject": "s", "body": "b"],
        ["to": "", "subject": "s", "body": "b"],
        ["to": [], "subject": "s", "body": "b"],
    ]

    @Test(arguments: injections)
    func `has no headers but its own`(_ arguments: JSONValue) async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("sendEmail", arguments)
        #expect(call.facts.preview == nil)
        #expect(call.facts.warnings.count == 1)
        #expect(try await bench.run(call)?.status == .failed)
        #expect(!bench.exists(bench.outbox + "/010101010101010101010101.eml"))
    }

    @Test func `keeps a body in the body, whatever it looks like`() async throws {
        let bench = try await Workbench()
        let body = "\r\nBcc: evil@example.com\r\n.\r\nMessage-ID: <ff@x>\rX\u{0}"
        let call = await bench.prepare(
            "sendEmail", ["to": "a@b.org", "subject": "=?UTF-8?Q?evil?=", "body": .string(body)])
        #expect(
            call.facts.preview == """
                Date: Thu, 01 Jan 2026 14:30:00 +0000
                From: hitl@localhost
                To: a@b.org
                Subject: =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fevil=3F=3D?=
                Message-ID: <010101010101010101010101@localhost>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable


                Bcc: evil@example.com
                .
                Message-ID: <ff@x>=0DX=00

                """)
        #expect(try await bench.run(call)?.status == .succeeded)
        #expect(bench.exists(bench.outbox + "/010101010101010101010101.eml"))
    }

    @Test func `goes out once`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("sendEmail", ["to": "a@b.org", "subject": "s", "body": "b"])
        #expect(try await bench.run(call)?.status == .succeeded)
        let again = try await bench.run(call)
        #expect(
            again?.summary
                == "not executed: the outbox cannot be written: `010101010101010101010101.eml` exists already")
    }
}
