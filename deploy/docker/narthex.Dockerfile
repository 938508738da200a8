# The server's image: one static binary, and nothing else but certificates and directories.
#
# The contract of Prometheus' image holds: /bin/prometheus, /bin/promtool, /etc/prometheus/prometheus.yml, the volume
# /prometheus, port 9090, user nobody. scripts/images.sh assembles the context.
FROM scratch
COPY narthex/ /
COPY --chown=65534:65534 data/ /prometheus/
USER 65534:65534
EXPOSE 9090
VOLUME ["/prometheus"]
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
