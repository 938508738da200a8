# The example service's image: one static binary. scripts/images.sh assembles the context.
FROM scratch
COPY api/ /
USER 65534:65534
EXPOSE 8000
ENTRYPOINT ["/bin/heart-disease-api"]
CMD ["serve", "--listen", "0.0.0.0:8000"]
