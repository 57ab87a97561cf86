package org.tokenfilter.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers other than the expected one do not count as successes. */
class LoadGeneratorTest {

  private static final List<byte[]> REQUESTS =
      Collections.nCopies(100, bytes("GET / HTTP/1.1\r\n\r\n"));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static LoadResult send(String answer) throws Exception {
    try (ScriptedServer server = new ScriptedServer(answer);
        LoadGenerator load = new LoadGenerator(4, bytes("hello"))) {
      return load.sendOnce(server.port(), REQUESTS);
    }
  }

  @Test
  void countsExpectedAnswersAsSuccesses() throws Exception {
    LoadResult run = send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    assertThat(run.successes()).isEqualTo(100);
    assertThat(run.failed()).isZero();
  }

  @Test
  void countsRefusalsAsFailures() throws Exception {
    LoadResult run = send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nhello");
    assertThat(run.successes()).isZero();
    assertThat(run.failed()).isEqualTo(100);
  }

  @Test
  void countsAnotherBodyAsFailure() throws Exception {
    assertThat(send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlogin").successes()).isZero();
  }

  @Test
  void countsLongerBodyAsFailure() throws Exception {
    assertThat(send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!").successes()).isZero();
  }

  @Test
  void countsMissingAnswerAsFailure() throws Exception {
    int port;
    try (ScriptedServer closed = new ScriptedServer("")) {
      port = closed.port();
    }
    try (LoadGenerator load = new LoadGenerator(2, bytes("hello"))) {
      assertThat(load.sendOnce(port, REQUESTS).failed()).isEqualTo(100);
    }
  }

  @Test
  void sendsRequestsAtTheFixedRate() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        LoadGenerator load = new LoadGenerator(4, bytes("hello"))) {
      Latencies latencies = load.openLoop(server.port(), REQUESTS, 1_000, Duration.ofMillis(100));
      assertThat(latencies.nanos().getTotalCount()).isEqualTo(100);
      assertThat(latencies.failed()).isZero();
    }
  }
}
