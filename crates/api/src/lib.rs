//! Prometheus' HTTP API, its lifecycle endpoints and the pages of the server.
