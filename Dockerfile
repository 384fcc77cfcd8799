# All five services, helio, and the edge. `make compose-up` builds it from wheels that it has put
# into build/ as the lock demands, so a build needs no package index.

ARG BASE=debian:bookworm-slim

FROM ${BASE} AS system
RUN { command -v python3 && command -v haproxy; } >/dev/null || { \
      apt-get update \
      && apt-get install --yes --no-install-recommends python3 python3-venv haproxy \
      && rm -rf /var/lib/apt/lists/*; }
ENV PATH=/opt/heliograph/bin:$PATH PYTHONUNBUFFERED=1

FROM system AS packages
RUN python3 -m venv /opt/heliograph
COPY build/wheels /wheels
RUN pip install --no-cache-dir --no-index --no-deps /wheels/*.whl
COPY build/heliograph /heliograph
RUN pip install --no-cache-dir --no-index --no-deps /heliograph/*.whl

FROM system AS edge
COPY deploy/haproxy.cfg /etc/haproxy/haproxy.cfg
USER haproxy
EXPOSE 8080
CMD ["haproxy", "-W", "-f", "/etc/haproxy/haproxy.cfg"]

FROM system AS heliograph
COPY --from=packages /opt/heliograph /opt/heliograph
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin heliograph
USER heliograph
CMD ["helio", "--help"]
