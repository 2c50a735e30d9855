extension JSONObject {
    /// What a member's value is called, for whoever looks for secrets in it: `value` says nothing, and what stands beside
    /// it (`"name": "API_KEY"`) or what holds it (`"secret": {…}`) says what it is.
    func secretName(of member: Member, beneath parent: String) -> String {
        guard SecretName.isNeutral(member.name.utf8) else {
            let isInherited = SecretName.strength(of: member.name.utf8) == nil && SecretName.holdsSecrets(parent.utf8)
            return isInherited ? parent : member.name
        }
        for key in ["name", "key", "header", "variable", "field", "property", "setting"] {
            let beside = members.first { $0.name.utf8.lazy.map { $0 | 0x20 }.elementsEqual(key.utf8) }?.value.string
            if let beside, SecretName.strength(of: beside.utf8) != nil { return beside }
        }
        return SecretName.strength(of: parent.utf8) == nil ? member.name : parent
    }
}
