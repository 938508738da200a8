//! Prometheus' on-disk time-series database: write-ahead log, head, blocks.
