package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases B14, B15, B17 and B19: changes of the machine's clock and time zone. */
class ClockTest {

  private static final Duration IDLE = Duration.ofMinutes(30);

  @TempDir private Path folder;
  private AttackedApp app;

  @BeforeEach
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).setting("token.revocation.lag", "PT0S").start();
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @Test
  void b14_clockSetBackAfterRenewalExtendsNothing() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    Instant start = app.clock.instant();
    app.clock.move(Duration.ofMinutes(20));
    accepted("B14 renewed", session);
    Instant renewed = app.clock.instant();
    app.clock.move(Duration.ofMinutes(-10));
    accepted("B14 set back", session);
    assertThat(record(session).lastUsedAt()).isEqualTo(renewed);
    assertThat(record(session).idleExpiresAt()).isEqualTo(renewed.plus(IDLE));
    app.clock.set(start.plus(Duration.ofMinutes(49)));
    app.clock.set(start);
    assertThat(app.session(Accounts.BOB, 0).token()).isNotEmpty();
    app.clock.set(renewed.plus(IDLE));
    expired("B14 at the deadline of the later clock", session);
  }

  @Test
  void b14_expiredTokenStaysExpired() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    String open = app.open(Accounts.ALICE, 30);
    app.clock.move(IDLE);
    expired("B14 expired", session);
    for (int minutes = 1; minutes <= 5; minutes++) {
      app.clock.move(Duration.ofMinutes(-minutes));
      expired("B14 set back to " + app.clock.instant(), session);
      app.check(
          AttackCase.of(
              "B14 open", ExpectedAnswer.EXPIRED, it -> TokenRoute.GET.send(it.http(), open)));
    }
  }

  /** Covers tokens that were not presented during the jump, too. */
  @Test
  void b15_tokenExpiredByForwardJumpStaysExpired() throws Exception {
    Session presented = app.session(Accounts.ALICE, 0);
    Session silent = app.session(Accounts.BOB, 0);
    app.clock.move(Duration.ofHours(2));
    expired("B15 in the jump", presented);
    app.clock.move(Duration.ofHours(-2));
    expired("B15 after it", presented);
    expired("B15 not presented in it", silent);
  }

  /** The time zones change to or from daylight saving time while the tokens live. */
  @ParameterizedTest
  @CsvSource({
    "America/St_Johns, 2027-11-07T04:15:00Z",
    "America/St_Johns, 2027-03-14T05:15:00Z",
    "Europe/London, 2027-03-28T00:45:00Z",
    "Asia/Kathmandu, 2026-11-22T10:00:00Z",
    "Pacific/Apia, 2026-12-31T23:45:00Z"
  })
  void b17_timeZoneDoesNotMatter(String zone, String start) throws Exception {
    TimeZone usual = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      app.clock.set(Instant.parse(start));
      Session session = app.session(Accounts.ALICE, 0);
      String expiration = WebApp.member(apiClientAnswer(), "expiration");
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      app.clock.move(IDLE.minusMillis(1));
      accepted("B17 " + zone, session);
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      app.clock.move(IDLE);
      expired("B17 " + zone, session);
      Instant day = Instant.parse(start).plus(Duration.ofDays(1));
      assertThat(expiration)
          .isEqualTo(
              "%s/%s/%s %s"
                  .formatted(
                      day.toString().substring(5, 7),
                      day.toString().substring(8, 10),
                      day.toString().substring(0, 4),
                      day.toString().substring(11, 19)));
    } finally {
      TimeZone.setDefault(usual);
    }
  }

  private String apiClientAnswer() throws IOException {
    Answer answer =
        app.http()
            .post(
                AllFamiliesApp.SESSION_OPEN,
                "application/json",
                "{\"username\":\"bob\",\"password\":\"builder\",\"apiClientName\":\"zones\"}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  /** The record has milliseconds and the token has seconds, and both mean the same time. */
  @Test
  void b19_truncatesTimesConsistently() throws Exception {
    for (long nanos : List.of(0L, 1L, 499_999L, 999_999L, 1_000_000L, 999_999_999L)) {
      app.clock.set(AttackedApp.START.plusSeconds(60).plusNanos(nanos));
      String open = app.open(Accounts.ALICE, 5);
      app.check(
          AttackCase.of(
              "B19 at once", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), open)));
      app.clock.set(AttackedApp.START.plusSeconds(60 + 300).minusMillis(1));
      app.check(
          AttackCase.of(
              "B19 before", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), open)));
      app.clock.set(AttackedApp.START.plusSeconds(60 + 300).plusNanos(nanos));
      app.check(
          AttackCase.of(
              "B19 at the end",
              ExpectedAnswer.EXPIRED,
              it -> TokenRoute.GET.send(it.http(), open)));
      app.close();
      start();
    }
  }

  private TokenRecord record(Session session) {
    return app.store
        .find(app.security.service().introspect(session.token()).orElseThrow().record().id())
        .orElseThrow();
  }

  private void accepted(String name, Session session) throws IOException {
    app.check(AttackCase.of(name, ExpectedAnswer.OK, using(session)));
  }

  private void expired(String name, Session session) throws IOException {
    app.check(AttackCase.of(name, ExpectedAnswer.EXPIRED, using(session)));
  }

  private static AttackCase.Attack using(Session session) {
    return it ->
        it.http()
            .get(
                AllFamiliesApp.PAGE,
                TokenRoute.bearer(session.token()),
                "Cookie: SESSION=" + session.id());
  }
}
