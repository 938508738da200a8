//! Samples to chunk bytes and back: the XOR, histogram and float histogram encodings of Prometheus.
