package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.attack.Way.Takes;

/** Cases A05, A09, A21 and B03: the text around a token, and its length. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenEdgesTest {

  private static final int LONGEST_NUMBER_OF_CHARACTERS = 1_024;

  @TempDir private static Path folder;

  private AttackedApp app;
  private Seeds seeds;

  @BeforeAll
  void start() throws Exception {
    app = AllFamilies.plan(folder).start();
    seeds = Seeds.of(app);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  /** White space around a field's value is not part of the value (RFC 9110, 5.5). */
  @TestFactory
  Stream<DynamicTest> whiteSpaceAroundTheHeaderIsTheTransports() {
    String token = seeds.open().token();
    List<Row> rows = new ArrayList<>();
    for (String line :
        List.of(
            "  Bearer %s",
            "\tBearer %s", "Bearer  %s", "Bearer %s ", "Bearer %s\t", "Bearer %s \t ")) {
      String header = "Authorization:" + line.formatted(token);
      rows.add(
          Row.of(
              "A05 " + line.replace("\t", "TAB"),
              Verdict.OK,
              it -> it.http().get(AllFamilies.PAGE, header)));
    }
    for (String line :
        List.of(
            "Bearer \t%s", "Bearer %s\u00a0", "Bearer \u00a0%s", "Bearer \u00ef\u00bb\u00bf%s")) {
      String header = "Authorization: " + line.formatted(token);
      rows.add(
          Row.of(
              "A05 inside: " + line.replace("\t", "TAB"),
              Verdict.INVALID,
              it -> it.http().get(AllFamilies.PAGE, header)));
    }
    return app.tests(rows);
  }

  /** White space around a parameter is part of the parameter. */
  @TestFactory
  Stream<DynamicTest> whiteSpaceAroundAParameterIsAPartOfIt() {
    List<Row> rows = new ArrayList<>();
    for (Way way : List.of(Way.KEEP_ALIVE, Way.QUERY, Way.RENEW, Way.INTROSPECT, Way.REVOKE)) {
      String token = seeds.on(way).token();
      for (String space : List.of(" ", "\t", "\r\n", "\n", "\u00a0", "\ufeff", "\u0000")) {
        String code = "U+%04X".formatted((int) space.charAt(0));
        EnumSet<Verdict> refusals = EnumSet.copyOf(way.refusals(token));
        refusals.add(Verdict.BAD_PARAMETER);
        for (String text : List.of(space + token, token + space)) {
          String where = text.startsWith(space) ? " before" : " after";
          rows.add(
              new Row(
                  "A05 " + code + where + ", by " + way + " of " + space.length(),
                  refusals,
                  it -> way.send(it.http(), text)));
        }
      }
    }
    return app.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> hugeTextsAreRefused() {
    List<Row> rows = new ArrayList<>();
    for (int length : new int[] {8_000, 64_000, 1_000_000}) {
      for (String character : List.of("A", ".")) {
        for (Way way : List.of(Way.GET, Way.POST, Way.USER_TOKEN, Way.LOGOUT, Way.COOKIE)) {
          rows.add(
              Row.of(
                  "A09 %,d times %s, by %s".formatted(length, character, way),
                  Verdict.INVALID,
                  Verdict.CONTAINER,
                  it -> orCutOff(() -> way.send(it.http(), character.repeat(length)))));
        }
      }
    }
    rows.add(
        Row.of(
            "A21 kid of 10 kB",
            Verdict.INVALID,
            Verdict.CONTAINER,
            it ->
                orCutOff(
                    () ->
                        Way.GET.send(
                            it.http(),
                            seeds.open().headed("{\"kid\":\"" + "k".repeat(10_000) + "\"}")))));
    return app.tests(rows);
  }

  /** A body of more than 8 KiB is not read to its end. */
  @TestFactory
  Stream<DynamicTest> hugeParametersAreRefused() {
    return Stream.of(Way.KEEP_ALIVE, Way.RENEW, Way.INTROSPECT, Way.REVOKE)
        .map(
            way ->
                DynamicTest.dynamicTest(
                    "A09 16,000 times A, by " + way,
                    () -> {
                      Answer answer = way.send(app.http(), "A".repeat(16_000));
                      assertThat(answer.status()).as(answer.body()).isEqualTo(413);
                      assertThat(answer.all("Cache-Control")).containsExactly("no-store");
                      app.assertSilent();
                    }));
  }

  @Test
  void a09_aTextOfTheLongestLengthIsLookedAtAndIsNoToken() throws Exception {
    Seed seed = seeds.open();
    int more = LONGEST_NUMBER_OF_CHARACTERS - seed.token().length();
    String longest = seed.with(Seed.CIPHERTEXT, seed.part(Seed.CIPHERTEXT) + "A".repeat(more));
    assertThat(longest).hasSize(LONGEST_NUMBER_OF_CHARACTERS);
    app.check(Row.of("A09 1,024", Verdict.INVALID, it -> Way.GET.send(it.http(), longest)));
    app.check(Row.of("A09 1,025", Verdict.INVALID, it -> Way.GET.send(it.http(), longest + "A")));
  }

  @Test
  void b03_anExpiryOfATokenThatHasNoneIsForged() throws Exception {
    Seed never = Seed.of(app, app.open(Accounts.ALICE, 0));
    assertThat(never.claims()).doesNotContain("\"exp\"");
    String forged = app.secret(Seed.saying(never.claims().replace("}", ",\"exp\":1893456000}")));
    for (Way way : EnumSet.allOf(Way.class)) {
      if (way.takes() == Takes.OPEN) {
        app.check(
            new Row("B03 by " + way, way.refusals(forged), it -> way.send(it.http(), forged)));
      }
    }
    app.check(Row.of("B03 itself", Verdict.OK, it -> Way.GET.send(it.http(), never.token())));
  }

  @FunctionalInterface
  private interface Sending {
    Answer send() throws IOException;
  }

  /** Allows a container to close the connection before it has read a head that is too long. */
  private static Answer orCutOff(Sending sending) throws IOException {
    try {
      return sending.send();
    } catch (SocketException | StringIndexOutOfBoundsException cutOff) {
      return new Answer("HTTP/1.1 431 cut off", "");
    }
  }
}
