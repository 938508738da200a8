//! Grafana's dashboard JSON: provisioning, serving, the data-source proxy.
