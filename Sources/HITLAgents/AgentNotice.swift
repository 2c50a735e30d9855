/// Something that this program says about an agent, in its own words, in which text of the agent may stand.
package struct AgentNotice: Sendable, Equatable {
    package enum Weight: Sendable, Equatable {
        case remark
        /// The operator has to know it.
        case warning
    }

    package let lineage: [String]
    package let text: String
    package let weight: Weight

    package init(lineage: [String], text: String, weight: Weight = .remark) {
        self.lineage = lineage
        self.text = text
        self.weight = weight
    }
}
