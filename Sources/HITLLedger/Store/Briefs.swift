/// Whether the index of an entry that is read has the brief of what it left open, which only its record has.
package enum Briefs: Sendable { case derived, omitted }
