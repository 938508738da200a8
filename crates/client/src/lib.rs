//! The instrumentation library: counters, gauges, histograms and their exposition.
