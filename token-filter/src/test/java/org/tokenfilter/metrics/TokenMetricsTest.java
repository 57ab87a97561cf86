package org.tokenfilter.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.tokenfilter.metrics.MetricsFixture.ALICE;
import static org.tokenfilter.metrics.MetricsFixture.CLIENT;
import static org.tokenfilter.metrics.MetricsFixture.presented;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The meters, each of which changes at its event, by the right amount, and without others. */
final class TokenMetricsTest {

  private static final Set<String> ALL =
      Set.of(
          "token.validations{outcome=accepted}",
          "token.validations{outcome=invalid}",
          "token.validations{outcome=unknown}",
          "token.validations{outcome=expired}",
          "token.validations{outcome=closed}",
          "token.validations{outcome=replaced}",
          "token.validations{outcome=evicted}",
          "token.validations{outcome=bad-request}",
          "token.validations{outcome=too-many-refreshes}",
          "token.validations{outcome=unavailable}",
          "token.lookups{result=hit}",
          "token.lookups{result=miss}",
          "token.renewals{step=offered}",
          "token.renewals{step=written}",
          "token.feed.age{}",
          "token.live{}",
          "token.memory.emptied{cause=gap}",
          "token.logins.failed{rejection=wrong-credentials}",
          "token.logins.failed{rejection=too-many-logins}",
          "token.logins.failed{rejection=login-busy}",
          "token.issued{kind=session}",
          "token.issued{kind=open}",
          "token.issued{kind=user}",
          "token.ended{reason=closed}",
          "token.ended{reason=replaced}",
          "token.ended{reason=evicted}",
          "token.ended{reason=expired}",
          "token.key.age{}",
          "token.background.age{task=uses}",
          "token.background.age{task=sweep}",
          "token.background.age{task=keys}",
          "token.background.age{task=listeners}",
          "token.background.age{task=closings}",
          "token.background.overdue{task=uses}",
          "token.background.overdue{task=sweep}",
          "token.background.overdue{task=keys}",
          "token.background.overdue{task=listeners}",
          "token.background.overdue{task=closings}",
          "token.background.failures{task=uses}",
          "token.background.failures{task=sweep}",
          "token.background.failures{task=keys}",
          "token.background.failures{task=listeners}",
          "token.background.failures{task=closings}");

  private static final Set<String> OPERATIONS =
      Set.of(
          "insert", "find", "renew", "amend", "replace", "end", "end-all", "list", "changes",
          "sweep", "mark", "marked");

  @TempDir private Path folder;
  private MetricsFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new MetricsFixture(folder, "PT0S");
  }

  @AfterEach
  void tearDown() {
    fixture.close();
  }

  @Test
  void registersExactlyTheDocumentedMeters() {
    assertThat(fixture.registry.getMeters().stream().filter(meter -> !(meter instanceof Timer)))
        .extracting(MetricsFixture::nameWithLabels)
        .containsExactlyInAnyOrderElementsOf(ALL);
    Set<String> timers =
        OPERATIONS.stream()
            .flatMap(
                it ->
                    List.of("ok", "failed").stream()
                        .map(end -> "token.store.calls{operation=" + it + ",outcome=" + end + "}"))
            .collect(Collectors.toSet());
    assertThat(fixture.registry.getMeters().stream().filter(Timer.class::isInstance))
        .extracting(MetricsFixture::nameWithLabels)
        .containsExactlyInAnyOrderElementsOf(timers);
  }

  @Test
  void sessionLifecycleMovesItsMetersOnly() throws Exception {
    IssuedToken token = fixture.service().issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
    assertThat(fixture.changes())
        .isEqualTo(Map.of("token.issued{kind=session}", 1L, calls("insert", "ok"), 1L));

    fixture.service().renew(fixture.service().validate(presented(token)));
    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.validations{outcome=accepted}",
                1L,
                "token.lookups{result=miss}",
                1L,
                "token.renewals{step=offered}",
                1L,
                calls("find", "ok"),
                1L));

    fixture.service().keepAlive(fixture.service().validate(presented(token)));
    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.validations{outcome=accepted}",
                1L,
                "token.lookups{result=miss}",
                1L,
                "token.renewals{step=offered}",
                1L,
                "token.renewals{step=written}",
                1L,
                calls("find", "ok"),
                1L,
                calls("renew", "ok"),
                1L));

    fixture.service().logout(presented(token));
    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.validations{outcome=accepted}",
                1L,
                "token.lookups{result=miss}",
                1L,
                "token.ended{reason=closed}",
                1L,
                calls("find", "ok"),
                1L,
                calls("end", "ok"),
                1L));

    refused(presented(token));
    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.validations{outcome=closed}",
                1L,
                "token.lookups{result=miss}",
                1L,
                calls("find", "ok"),
                1L));
  }

  @Test
  void countsRefusalsByOutcome() throws Exception {
    IssuedToken token = fixture.service().issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
    IssuedToken first = fixture.service().issueApiClientToken(ALICE, "live", "shop");
    fixture.service().refresh(presented(first));
    fixture.changes();

    refused(new PresentedToken("forged", Set.of(), CLIENT, false));
    String other = fixture.service().issueOpen(ALICE, Duration.ZERO, CLIENT).value();
    refused(
        new PresentedToken(
            token.value(), Set.of(other), Set.of("a", "b"), false, CLIENT, true, false));
    refused(presented(first));
    fixture.clock.move(Duration.ofDays(1));
    refused(presented(token));

    assertThat(validations())
        .isEqualTo(Map.of("invalid", 1L, "bad-request", 1L, "replaced", 1L, "expired", 1L));
  }

  @Test
  void failedStoreShowsInTimersAndAsUnavailable() throws Exception {
    IssuedToken token = fixture.service().issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
    fixture.changes();
    fixture.store.failAll();

    assertThatThrownBy(() -> fixture.service().validate(presented(token)))
        .isInstanceOf(TokenStoreException.class);

    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.validations{outcome=unavailable}",
                1L,
                "token.lookups{result=miss}",
                1L,
                calls("find", "failed"),
                1L));
  }

  @Test
  void countsRevokedSessionOfUserTokenAsRefusal() throws Exception {
    IssuedToken user = fixture.service().issueUser(ALICE, null, CLIENT);
    OpenedSession session =
        fixture.service().openSession(fixture.service().validateUser(presented(user)));
    fixture.service().revoke(session.token().renewalTarget().id());
    assertThatThrownBy(
            () ->
                fixture
                    .service()
                    .useSession(
                        fixture.service().validateUser(presented(user)),
                        session.id().value(),
                        CLIENT))
        .isInstanceOf(TokenRejectedException.class);

    assertThat(validations()).isEqualTo(Map.of("accepted", 1L, "closed", 1L));
  }

  @Test
  void countsFailedLoginsByRejectionOnly() {
    fixture.service().loginFailed("mallory", Rejection.WRONG_CREDENTIALS, CLIENT);
    fixture.service().loginFailed("trudy\"} 1", Rejection.TOO_MANY_LOGINS, CLIENT);

    assertThat(fixture.changes())
        .isEqualTo(
            Map.of(
                "token.logins.failed{rejection=wrong-credentials}", 1L,
                "token.logins.failed{rejection=too-many-logins}", 1L));
  }

  @Test
  void timersAddUpTheDurationsOfCalls() throws Exception {
    fixture.service().issueOpen(ALICE, Duration.ZERO, CLIENT);
    Timer timer =
        fixture
            .registry
            .get("token.store.calls")
            .tags("operation", "insert", "outcome", "ok")
            .timer();
    assertThat(timer.count()).isEqualTo(1);
    assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isPositive();
    assertThat(timer.max(TimeUnit.NANOSECONDS)).isEqualTo(timer.totalTime(TimeUnit.NANOSECONDS));
  }

  @Test
  void keyAgeIsInSeconds() {
    assertThat(fixture.seconds("token.key.age")).isZero();
    fixture.clock.move(Duration.ofMillis(90_500));
    assertThat(fixture.seconds("token.key.age")).isEqualTo(90.5);
  }

  @Test
  void feedHasNoAgeAndMemoryIsEmptyWithoutLag() throws Exception {
    fixture.service().validate(presented(fixture.service().issueUser(ALICE, null, CLIENT)));
    assertThat(fixture.seconds("token.feed.age")).isNaN();
    assertThat(fixture.registry.get("token.live").gauge().value()).isZero();
  }

  @Test
  void reportsFeedAgeAndTokensInMemory() throws Exception {
    try (MetricsFixture lagging = new MetricsFixture(folder, "PT30S")) {
      await().until(() -> !Double.isNaN(lagging.seconds("token.feed.age")));
      IssuedToken token = lagging.service().issueUser(ALICE, null, CLIENT);
      for (int i = 0; i < 3; i++) {
        lagging.service().validate(presented(token));
      }
      assertThat(lagging.registry.get("token.live").gauge().value()).isEqualTo(1);
      assertThat(lagging.changes())
          .containsEntry("token.lookups{result=hit}", 2L)
          .containsEntry("token.lookups{result=miss}", 1L);
      lagging.service().logout(presented(token));
      assertThat(lagging.registry.get("token.live").gauge().value()).isZero();

      lagging.store.failAll();
      lagging.clock.move(Duration.ofMillis(2_500));
      assertThat(lagging.seconds("token.feed.age")).isEqualTo(2.5);
    }
  }

  @Test
  void closeRemovesItsMetersOnlyFromAllRegistries() {
    MeterRegistry other = new SimpleMeterRegistry();
    other.counter("token.of.the.application").increment();
    fixture.metrics.bindTo(other);
    assertThat(other.getMeters()).hasSizeGreaterThan(1);

    fixture.metrics.close();
    fixture.metrics.close();

    assertThat(fixture.registry.getMeters()).isEmpty();
    assertThat(other.getMeters())
        .extracting(Meter::getId)
        .extracting(Meter.Id::getName)
        .containsExactly("token.of.the.application");
  }

  @Test
  void closedMetricsIgnoreTheStore() throws Exception {
    Timer timer =
        fixture
            .registry
            .get("token.store.calls")
            .tags("operation", "insert", "outcome", "ok")
            .timer();
    fixture.metrics.close();
    fixture.service().issueOpen(ALICE, Duration.ZERO, CLIENT);
    assertThat(timer.count()).isZero();
  }

  @Test
  void registryBoundTwiceCountsOnce() throws Exception {
    fixture.metrics.bindTo(fixture.registry);
    fixture.service().issueOpen(ALICE, Duration.ZERO, CLIENT);
    assertThat(fixture.changes())
        .isEqualTo(Map.of("token.issued{kind=open}", 1L, calls("insert", "ok"), 1L));
  }

  @Test
  void tagsSeparateApplicationsOfOneRegistry() {
    try (TokenMetrics tagged =
        new TokenMetrics(fixture.security, List.of(Tag.of("application", "shop")))) {
      tagged.bindTo(fixture.registry);
      assertThat(fixture.registry.find("token.issued").tags("application", "shop").meters())
          .hasSize(3);
    }
    assertThat(fixture.registry.find("token.issued").meters()).hasSize(3);
  }

  @Test
  void leavesMetersOfAnotherApplicationAlone() {
    try (LogLines log = new LogLines(TokenMetrics.class.getName());
        TokenMetrics second = new TokenMetrics(fixture.security, Tags.empty())) {
      second.bindTo(fixture.registry);
      assertThat(log.lines()).hasSize(1).first().asString().contains("WARN", "token.issued");
    }
    assertThat(fixture.registry.find("token.issued").meters()).hasSize(3);
  }

  @Test
  void timersCountCallsOfTheirApplicationOnly() throws Exception {
    try (TokenMetrics second = new TokenMetrics(fixture.security)) {
      second.bindTo(fixture.registry);
      fixture.service().issueOpen(ALICE, Duration.ZERO, CLIENT);
      assertThat(fixture.changes()).containsEntry(calls("insert", "ok"), 1L);
    }
  }

  @Test
  void registryThatRejectsAMeterKeepsNone() throws Exception {
    MeterRegistry other = new SimpleMeterRegistry();
    other.counter("token.key.age").increment();

    assertThatThrownBy(() -> fixture.metrics.bindTo(other))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(other.getMeters())
        .extracting(MetricsFixture::nameWithLabels)
        .containsExactly("token.key.age{}");
  }

  /** Case P06: no input of a client becomes a label, in any amount. */
  @Test
  void labelsContainNoClientInput() throws Exception {
    for (int i = 0; i < 100; i++) {
      IssuedToken token =
          fixture.service().issueSession(Subject.of("user" + i), Duration.ZERO, CLIENT, Set.of());
      fixture.service().validate(presented(token));
      refused(new PresentedToken("forged" + i, Set.of("id" + i), CLIENT, false));
      fixture.service().loginFailed("mallory" + i, Rejection.WRONG_CREDENTIALS, CLIENT);
    }
    registersExactlyTheDocumentedMeters();
  }

  private void refused(PresentedToken presented) {
    assertThatThrownBy(() -> fixture.service().validate(presented))
        .isInstanceOf(TokenRejectedException.class);
  }

  /** Returns the changes of the validation counters, by outcome. */
  private Map<String, Long> validations() {
    return fixture.changes().entrySet().stream()
        .filter(change -> change.getKey().startsWith("token.validations"))
        .collect(
            Collectors.toMap(
                change -> change.getKey().replaceAll(".*outcome=(.*)}", "$1"),
                Map.Entry::getValue));
  }

  private static String calls(String operation, String outcome) {
    return "token.store.calls{operation=" + operation + ",outcome=" + outcome + "}";
  }
}
