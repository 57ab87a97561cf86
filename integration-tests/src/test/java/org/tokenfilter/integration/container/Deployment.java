package org.tokenfilter.integration.container;

import java.nio.file.Path;
import java.time.Duration;

/** The sample on a container, and a client that speaks to it. */
final class Deployment implements AutoCloseable {

  private final RunningServer server;
  private final Client client;
  private final Duration start;

  private Deployment(RunningServer server, Duration start) {
    this.server = server;
    this.start = start;
    client = new Client(server.port());
  }

  /** Starts a container with a WAR, whose keys and tokens are in a folder of its own. */
  static Deployment of(Container container, Path war, Path... more) throws Exception {
    long begin = System.nanoTime();
    RunningServer server = container.start(more);
    System.setProperty("sample.data", server.folder().resolve("data").toString());
    Quiet.on();
    try {
      server.deploy(war);
      return new Deployment(server, Duration.ofNanos(System.nanoTime() - begin));
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  Client client() {
    return client;
  }

  /** From nothing until the application had started. */
  Duration start() {
    return start;
  }

  @Override
  public void close() {
    server.close();
  }
}
