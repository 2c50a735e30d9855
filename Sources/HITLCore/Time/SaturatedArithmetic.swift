extension FixedWidthInteger where Self: SignedInteger {
    /// The sum, or the end of the range that lies beyond it. Times and weights may come from a record that
    /// somebody else wrote, and a trap would keep the desk from opening.
    func addingSaturated(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func subtractingSaturated(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
