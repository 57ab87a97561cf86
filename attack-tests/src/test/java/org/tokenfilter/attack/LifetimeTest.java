package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ActiveToken;

/** Cases B05, B07 and B08: the lifetime that a client requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifetimeTest {

  private static final String BASIC = "Authorization: " + WebApp.basic(Accounts.ALICE);
  private static final String OPEN = "/security/rest/token/access/";
  private static final String SESSION = OPEN + "session/";
  private static final Duration CAP = Duration.ofDays(7);

  @TempDir private static Path folder;

  private AttackedApp app;
  private AttackedApp strict;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(Files.createDirectory(folder.resolve("usual"))).start();
    strict =
        AllFamiliesApp.plan(Files.createDirectory(folder.resolve("strict")))
            .setting("token.open.allow-unlimited", "false")
            .start();
  }

  @AfterAll
  void stop() {
    strict.close();
    app.close();
  }

  @TestFactory
  Stream<DynamicTest> refusesInvalidMinutes() {
    List<AttackCase> rows = new ArrayList<>();
    for (String number :
        List.of(
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "153722867280912",
            "153722867280913",
            "2147483648",
            "4294967296",
            "-1",
            "-0",
            "-9223372036854775808",
            "+5",
            "%2B5",
            "05",
            "00",
            "1.5",
            "1e3",
            "0x10",
            "5%20",
            "%205",
            "5_0",
            "%D9%A5",
            "%EF%BC%95",
            "NaN",
            "never",
            "null")) {
      String id = number.startsWith("-") ? "B07 " : "B05 ";
      for (String path : List.of(SESSION, OPEN)) {
        for (String method : List.of("GET", "POST")) {
          rows.add(
              AttackCase.of(
                  id + method + " " + path + number,
                  ExpectedAnswer.BAD_REQUEST,
                  it -> it.http().send(method, path + number, BASIC)));
        }
      }
      rows.add(
          AttackCase.of(
              id + "Minutes=" + number,
              ExpectedAnswer.BAD_PARAMETER,
              it -> it.http().get(AllFamiliesApp.GET + "?Minutes=" + number, BASIC)));
    }
    return app.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> refusesOpenTokensAboveTheCap() {
    List<AttackCase> rows = new ArrayList<>();
    for (String minutes : List.of("525601", "2147483647", "1000000000")) {
      rows.add(
          AttackCase.of(
              "B05 open " + minutes,
              ExpectedAnswer.BAD_REQUEST,
              it -> it.http().get(OPEN + minutes, BASIC)));
    }
    rows.add(
        AttackCase.of(
            "B05 Minutes=1441",
            ExpectedAnswer.BAD_PARAMETER,
            it -> it.http().get(AllFamiliesApp.GET + "?Minutes=1441", BASIC)));
    return app.tests(rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "10081", "2147483647", "35791395"})
  void b05_limitsSessionLifetimeToTheCap(String minutes) throws Exception {
    ActiveToken token = issue(app, SESSION + minutes);
    assertThat(token.record().expiresAt()).isEqualTo(app.clock.instant().plus(CAP));
    assertThat(token.record().idleTimeout()).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void b05_issuesTheLongestAllowedLifetime() throws Exception {
    assertThat(issue(app, SESSION + "10079").record().expiresAt())
        .isEqualTo(app.clock.instant().plus(CAP).minus(Duration.ofMinutes(1)));
    assertThat(issue(app, OPEN + "525600").record().expiresAt())
        .isEqualTo(app.clock.instant().plus(Duration.ofDays(365)));
    assertThat(issue(app, OPEN + "0").record().expiresAt()).isNull();
  }

  @TestFactory
  Stream<DynamicTest> refusesForbiddenTokensThatNeverExpire() {
    List<AttackCase> rows = new ArrayList<>();
    for (String zero : List.of("0", "00", "-0", "0.0", "%30")) {
      rows.add(
          AttackCase.of(
              "B08 open " + zero,
              ExpectedAnswer.BAD_REQUEST,
              it -> it.http().get(OPEN + zero, BASIC)));
    }
    return strict.tests(rows);
  }

  @Test
  void b08_sessionWithoutOwnLimitStillHasTheCap() throws Exception {
    assertThat(issue(strict, SESSION + "0").record().expiresAt())
        .isEqualTo(strict.clock.instant().plus(CAP));
    assertThat(issue(strict, OPEN + "1").record().expiresAt())
        .isEqualTo(strict.clock.instant().plus(Duration.ofMinutes(1)));
  }

  private static ActiveToken issue(AttackedApp app, String path) throws Exception {
    Answer answer = app.http().get(path, BASIC);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return app.security
        .service()
        .introspect(WebApp.member(answer.body(), "access_token"))
        .orElseThrow();
  }
}
