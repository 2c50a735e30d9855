import HITLConfiguration
import HITLCore

extension Configuration {
    /// The order in which requests are listed.
    var queueOrder: PriorityOrder { priorityOrder.value }
}

extension Configuration.PriorityOrder {
    /// Whether `one` is listed before `other`. Numbers grow with age, so they settle what is left open.
    func precedes(_ one: (severity: Severity, number: Int64), _ other: (severity: Severity, number: Int64)) -> Bool {
        switch self {
        case .severity: (one.severity.rank, one.number) < (other.severity.rank, other.number)
        case .fifo: one.number < other.number
        case .lifo: one.number > other.number
        }
    }
}
