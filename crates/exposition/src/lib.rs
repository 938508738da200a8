//! Exposition bytes to entries and back: text 0.0.4 and 1.0.0, OpenMetrics 1.0, delimited protobuf, content negotiation.
