package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of the sample. */
final class SampleMetricsTest {

  private static final int CLIENTS = 8;
  private static final int REQUESTS_PER_CLIENT = 50;
  private static final Pattern LINE =
      Pattern.compile("(# (HELP|TYPE) .*|[a-z_]+(\\{[^}]*})? [-+0-9.EeNa]+)");

  @TempDir private static Path folder;
  private static WebApplication sample;

  @BeforeAll
  static void startTheSample() throws Exception {
    sample = Sample.start(folder.resolve("data"), Map.of());
  }

  @AfterAll
  static void stopTheSample() {
    sample.close();
  }

  @Test
  void metricsArePrometheusTextAndNeedNoToken() throws Exception {
    Answer answer = sample.get("/metrics");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type"))
        .isEqualToIgnoringCase("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.text().lines()).allMatch(LINE.asMatchPredicate());
    assertThat(answer.text())
        .contains("# TYPE token_validations_total counter")
        .contains("# TYPE token_store_calls_seconds summary")
        .contains("# TYPE token_live gauge");
    assertThat(value("token_live")).isNotNegative();
    assertThat(value("token_feed_age_seconds")).isBetween(0.0, 60.0);
    assertThat(value("token_key_age_seconds")).isNotNegative();
  }

  @Test
  void countsEachConcurrentRequestOnce() throws Exception {
    String token = sample.open(Sample.BOB, 5);
    String accepted = "token_validations_total{outcome=\"accepted\"}";
    String invalid = "token_validations_total{outcome=\"invalid\"}";
    double acceptedBefore = value(accepted);
    double invalidBefore = value(invalid);

    runConcurrently(
        () -> {
          for (int i = 0; i < REQUESTS_PER_CLIENT; i++) {
            assertThat(status("Bearer " + token)).isEqualTo(200);
            assertThat(status("Bearer forged")).isEqualTo(401);
          }
          return null;
        });

    assertThat(value(accepted) - acceptedBefore).isEqualTo(CLIENTS * REQUESTS_PER_CLIENT);
    assertThat(value(invalid) - invalidBefore).isEqualTo(CLIENTS * REQUESTS_PER_CLIENT);
  }

  @Test
  void countsLoginsAndTokensWithoutNamingUsers() throws Exception {
    String failed = "token_logins_failed_total{rejection=\"wrong-credentials\"}";
    String issued = "token_issued_total{kind=\"open\"}";
    double failedBefore = value(failed);
    double issuedBefore = value(issued);
    String path = "/security/rest/token/access/5";
    Answer refused =
        sample.get(path, "Authorization", WebApplication.basic("mallory-4711:builder"));
    assertThat(refused.status()).isEqualTo(401);
    String token = sample.open(Sample.ALICE, 5);

    assertThat(value(failed) - failedBefore).isEqualTo(1);
    assertThat(value(issued) - issuedBefore).isEqualTo(1);
    assertThat(sample.get("/metrics").text()).doesNotContain("mallory", "alice", "127.0.0", token);
  }

  @Test
  void timesStoreCalls() throws Exception {
    String inserts = "token_store_calls_seconds_count{operation=\"insert\",outcome=\"ok\"}";
    String polls = "token_store_calls_seconds_count{operation=\"changes\",outcome=\"ok\"}";
    double before = value(inserts);
    sample.open(Sample.ALICE, 5);

    assertThat(value(inserts) - before).isEqualTo(1);
    await().until(() -> value(polls) > 0);
    assertThat(value(inserts.replace("_count", "_sum"))).isPositive();
  }

  private static int status(String authorization) throws Exception {
    return sample.get("/api/whoami", "Authorization", authorization).status();
  }

  private static void runConcurrently(Callable<Void> client) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<Void>> runs = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        runs.add(clients.submit(client));
      }
      for (Future<Void> run : runs) {
        run.get();
      }
    } finally {
      clients.shutdownNow();
    }
  }

  private static double value(String sampleLine) throws Exception {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(sampleLine) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(sample.get("/metrics").text());
    assertThat(line.find()).as(sampleLine).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
