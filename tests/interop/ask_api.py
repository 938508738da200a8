"""Asks a server through prometheus-api-client, as a Python program would, and prints all it got as JSON.

Called by tests/interop_api/clients.rs with the server's URL as its argument, once for each of the two servers, and with `pages` where
the server's pages were built. Times are those of the blocks that both have.
"""

import json
import sys
from datetime import datetime, timezone

from prometheus_api_client import MetricRangeDataFrame, MetricSnapshotDataFrame, MetricsList, PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException

START, END = (datetime.fromtimestamp(at, timezone.utc) for at in (1704067200, 1704070800))
AT = {"time": 1704070000}
got = {}


def by_labels(series):
    return sorted(series, key=lambda one: json.dumps(one, sort_keys=True))


for method in ("GET", "POST"):
    asked = PrometheusConnect(url=sys.argv[1], method=method)
    names = asked.all_metrics()
    matched = {"match[]": 'm_total{i="1"}'}
    if sys.argv[2:] == ["pages"]:
        assert asked.check_prometheus_connection(), "it looks at the start page"
    wrong = None
    try:
        asked.custom_query("sum(")
    except PrometheusApiClientException as error:
        wrong = str(error)
    got[method] = {
        "names": [name for name in names if name in ("m_total", "up", "requests_total", "size_bytes")],
        "label names": asked.get_label_names(params=dict(matched)),
        "label values": asked.get_label_values("i", params={"match[]": "m_total"}),
        "series": by_labels(asked.get_series(START, END, params=dict(matched))),
        "query": by_labels(asked.custom_query("m_total * 2", params=dict(AT))),
        "scalar": asked.custom_query("scalar(m_total{i='2'})", params=dict(AT)),
        "range": by_labels(asked.custom_query_range("sum by (i) (rate(m_total[5m]))", START, END, "60s")),
        "current": by_labels(asked.get_current_metric_value("m_total", {"i": "3"}, params=dict(AT))),
        "chunks": asked.get_metric_range_data("m_total", {"i": "3"}, START, END),
        "sums": asked.get_metric_aggregation("m_total", ["sum", "max", "percentile_95"], START, END, "60"),
        "wrong": wrong,
        "pools": sorted(asked.get_scrape_pools()),
        "targets": sorted(target["labels"]["job"] for target in asked.get_targets(state="active")["activeTargets"]),
        "metadata": asked.get_metric_metadata("temperature_celsius"),
        "of a target": sorted(entry["metric"] for entry in asked.get_target_metadata({"job": "app"})),
        "of a metric": asked.get_target_metadata({"job": "app"}, metric="temperature_celsius"),
    }

# What the library makes of an answer: objects for series, and tables.
chunks = asked.get_metric_range_data("m_total", {"i": "0"}, START, END)
metric = MetricsList(chunks)[0]
got["object"] = [metric.metric_name, metric.label_config, len(metric.metric_values)]
got["table"] = MetricSnapshotDataFrame(asked.custom_query("m_total", params=dict(AT))).sort_values("i").to_csv(index=False)
got["range table"] = MetricRangeDataFrame(chunks).to_csv()
json.dump(got, sys.stdout, sort_keys=True)
