# The jarpipe daemon as a sidecar: docs/docker.md tells how to run it.
#
#   docker build -t jarpipe .                        builds the jar, too
#   docker build -t jarpipe --build-arg JAR=built .  takes daemon/target/jarpipe.jar, as `mvn package` left it
#
# Nothing here needs BuildKit.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS build
ARG JAR=maven
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get -qq update && \
    apt-get -qq install -y --no-install-recommends openjdk-25-jdk-headless $([ "$JAR" = built ] || echo maven) >/dev/null
WORKDIR /src
COPY . .
RUN [ "$JAR" = built ] || mvn -B -q -Pfast -pl daemon -am package; \
    install -D -m 644 -t /opt/jarpipe/lib daemon/target/jarpipe.jar daemon/target/jarpipe.cdx.json && \
    install -D -m 644 -t /opt/jarpipe LICENSE NOTICE && \
    install -D -m 755 -t /opt/jarpipe/bin bin/jarpipe
WORKDIR /opt/jarpipe
# What the daemon uses, and what workers may: all of Java SE but java.desktop, whose libraries the base does not have.
ARG MODULES=java.compiler,java.instrument,java.management.rmi,java.net.http,java.prefs,java.scripting,java.security.jgss,java.sql.rowset,java.xml.crypto,jdk.charsets,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management.agent,jdk.naming.dns,jdk.net,jdk.zipfs
RUN used=$(jdeps --ignore-missing-deps --multi-release 25 --print-module-deps lib/jarpipe.jar) && \
    jlink --add-modules "$used,$MODULES" --compress zip-6 --no-header-files --no-man-pages --output runtime && \
    find runtime -name '*.debuginfo' -delete
# Netty would unpack its library into /tmp, where a read-only container allows no executable code.
RUN (cd runtime/lib && jar --extract --file /opt/jarpipe/lib/jarpipe.jar META-INF/native && \
    mv META-INF/native/*.so . && rm -r META-INF)
# A daemon that serves one command and ends, so that the JVM writes down what it has loaded and linked.
RUN export JARPIPE_ADDRESS=/tmp/jarpipe.sock JARPIPE_JAVA=/opt/jarpipe/runtime/bin/java; \
    JARPIPE_JAVA_OPTIONS=-XX:AOTCacheOutput=/opt/jarpipe/lib/jarpipe.aot bin/jarpipe serve >/tmp/log 2>&1 & \
    daemon=$!; tries=100; \
    until bin/jarpipe ps 2>/dev/null; do \
        tries=$((tries - 1)); [ $tries -gt 0 ] || { cat /tmp/log; exit 1; }; sleep 0.1; \
    done; \
    kill "$daemon"; wait "$daemon"; \
    cksum <lib/jarpipe.jar >lib/jarpipe.aot.of; \
    [ -s lib/jarpipe.aot ] || { cat /tmp/log; exit 1; }

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="jarpipe" \
      org.opencontainers.image.description="Java workers on real Python multiprocessing queues, pipes and locks" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN useradd --uid 1000 --user-group --no-create-home --home-dir /run/jarpipe --shell /usr/sbin/nologin jarpipe && \
    install -d -o jarpipe -g jarpipe -m 700 /run/jarpipe && install -d /workers
COPY --from=build /opt/jarpipe /opt/jarpipe
# TMPDIR: connections that workers pass on wait in a folder there, which Python has to see.
ENV PATH=/opt/jarpipe/bin:/usr/local/bin:/usr/bin:/bin \
    LC_ALL=C.UTF-8 \
    TMPDIR=/run/jarpipe \
    JARPIPE_JAVA=/opt/jarpipe/runtime/bin/java \
    JARPIPE_ADDRESS=/run/jarpipe/jarpipe.sock
USER 1000:1000
WORKDIR /run/jarpipe
VOLUME /run/jarpipe
HEALTHCHECK --interval=10s --timeout=10s --start-period=20s CMD ["jarpipe", "health"]
ENTRYPOINT ["jarpipe"]
CMD ["serve", "--workers", "/workers"]
