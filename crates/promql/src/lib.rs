//! PromQL: text to syntax tree to columnar operators to values.
