/// When an append may return.
public enum Durability: Sendable {
    /// After the sync: it survives the loss of power.
    case synced

    /// After the write: it survives the death of this process, and of the machine once it was synced,
    /// with the next `.synced` append or within a second.
    case written
}
