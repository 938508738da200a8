//! The page that stands in for the user interface when it was not built into this binary.

/// What the page says.
pub(crate) const HTML: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>Narthex</title></head>
<body>
<h1>Narthex is running, without its user interface</h1>
<p>The user interface was not built into this binary. Build it with <code>make ui</code> (Node and npm are needed),
then build the binary again; <code>make build</code> does both.</p>
<p>Everything else works: the HTTP API is below <a href=\"api/v1/status/buildinfo\"><code>api/v1</code></a>,
the metrics of this process are at <a href=\"metrics\"><code>metrics</code></a>.</p>
</body>
</html>
";
