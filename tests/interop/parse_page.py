"""Reads a page from standard input with prometheus_client's parser and prints its samples as JSON.

Called by tests/interop_exposition.rs with `text` or `openmetrics` as its argument.
"""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

page = sys.stdin.buffer.read().decode("utf-8")
families = openmetrics(page) if sys.argv[1] == "openmetrics" else text(page)
samples = [[s.name, s.labels, repr(float(s.value))] for family in families for s in family.samples]
json.dump(samples, sys.stdout)
