import HITLCore
import HITLLedger
import HITLPlatform

extension Queue {
    // MARK: Signing

    /// The same request with the signature of who decided it.
    ///
    /// While a person confirms at the agent that holds the key, others may come in as between the two halves of any
    /// write: a deadline waits for it, a second decision races it, and a desk that closes is not held up by it.
    ///
    /// - Throws: `notSigned` where the key is not to be had. Nothing is recorded then.
    func signed(_ request: ApprovalRequest, at now: WallTime) async throws(ReviewError) -> ApprovalRequest {
        guard let signer, let review = request.status.review?.salted(ledger.salt()) else { return request }
        guard let signer = signer.signer(for: review.reviewer) else {
            throw .notSigned(because: "there is no key of `\(review.reviewer.name)`.")
        }
        let committed = review.committed { Digest(hashing: $0).hex }
        let opened: String
        if let known = pending[request.number]?.waiter?.opening {
            opened = known.hex
        } else {
            do { opened = try ledger.openingDigest(of: request.id) } catch {
                throw .notRecorded(because: error.description)
            }
        }
        let identity = ledger.ledger.identity.hexadecimal
        let signature: (key: String, bytes: [UInt8])
        pending[request.number]?.writes += 1
        do throws(SigningFailure) {
            defer { pending[request.number]?.writes -= 1 }
            signature = try await signer.sign { key in
                DecisionStatement(
                    ledger: identity, number: request.number, id: request.id, digest: request.digest, opened: opened,
                    review: committed, at: now, key: key
                ).bytes
            }
        } catch {
            releaseIfLeft(request.number)
            throw .notSigned(because: error.description)
        }
        if closure != nil {
            releaseIfLeft(request.number)
            throw .deskClosing
        }
        let signed = review.signed(
            DecisionSignature(key: signature.key, at: now, value: Base64.encode(signature.bytes)))
        switch request.status {
        case .approved: return request.with(status: .approved(signed))
        case .rejected: return request.with(status: .rejected(signed))
        case .pending, .expired, .withdrawn, .superseded: return request
        }
    }
}

extension Queue {
    /// What a signature names of the first of these entries, as long as there is somebody who signs.
    func openingDigest(in entries: [Entry]) -> Digest? {
        signer == nil ? nil : entries.first.map { Digest(hashing: $0.record) }
    }
}

extension EventLedger {
    /// SHA-256 of the record with which a request was opened.
    func openingDigest(of id: RequestID) throws(EventLedgerError) -> String {
        let entry = try read { ledger throws(LedgerError) in try ledger.claimed(EventIndex.openingClaim(id)) }
        guard let entry else { throw .unavailable("request \(id) was never opened") }
        return try Self.digest(of: entry)
    }

    /// SHA-256 of the record as it was appended, also where its contents are gone.
    static func digest(of entry: Entry) throws(EventLedgerError) -> String {
        guard entry.removedBy != nil else { return Digest(hashing: entry.record).hex }
        do throws(RecordError) {
            guard case .erased(let was) = try Event.reading(entry.record).commitment else { return "" }
            return was
        } catch {
            throw .unreadable(sequence: entry.sequence, because: error.description)
        }
    }
}
