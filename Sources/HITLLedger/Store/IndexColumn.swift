/// What verification calls the parts of an index.
public enum IndexColumn: String, Sendable, CaseIterable {
    case claim, subject, kind, label, standing
}
