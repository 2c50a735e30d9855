@_exported public import HITLCore
@_exported public import HITLGate
@_exported public import HITLLedger
