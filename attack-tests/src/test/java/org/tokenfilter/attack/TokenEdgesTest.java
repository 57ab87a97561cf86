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
import org.tokenfilter.attack.TokenRoute.AcceptedKind;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** Cases A05, A09, A21 and B03: the text around a token, and its length. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenEdgesTest {

  private static final int MAX_CHARACTERS = 1_024;

  @TempDir private static Path folder;

  private AttackedApp app;
  private BaseTokens baseTokens;

  @BeforeAll
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).start();
    baseTokens = BaseTokens.of(app);
  }

  @AfterAll
  void stop() {
    app.close();
  }

  /** White space around a field's value is not part of the value (RFC 9110, 5.5). */
  @TestFactory
  Stream<DynamicTest> ignoresWhitespaceAroundTheHeader() {
    String token = baseTokens.open().token();
    List<AttackCase> rows = new ArrayList<>();
    for (String line :
        List.of(
            "  Bearer %s",
            "\tBearer %s", "Bearer  %s", "Bearer %s ", "Bearer %s\t", "Bearer %s \t ")) {
      String header = "Authorization:" + line.formatted(token);
      rows.add(
          AttackCase.of(
              "A05 " + line.replace("\t", "TAB"),
              ExpectedAnswer.OK,
              it -> it.http().get(AllFamiliesApp.PAGE, header)));
    }
    for (String line :
        List.of(
            "Bearer \t%s", "Bearer %s\u00a0", "Bearer \u00a0%s", "Bearer \u00ef\u00bb\u00bf%s")) {
      String header = "Authorization: " + line.formatted(token);
      rows.add(
          AttackCase.of(
              "A05 inside: " + line.replace("\t", "TAB"),
              ExpectedAnswer.INVALID,
              it -> it.http().get(AllFamiliesApp.PAGE, header)));
    }
    return app.tests(rows);
  }

  /** White space around a parameter is part of the parameter. */
  @TestFactory
  Stream<DynamicTest> refusesWhitespaceAroundParameters() {
    List<AttackCase> rows = new ArrayList<>();
    for (TokenRoute way :
        List.of(
            TokenRoute.KEEP_ALIVE,
            TokenRoute.QUERY,
            TokenRoute.RENEW,
            TokenRoute.INTROSPECT,
            TokenRoute.REVOKE)) {
      String token = baseTokens.forRoute(way).token();
      for (String space : List.of(" ", "\t", "\r\n", "\n", "\u00a0", "\ufeff", "\u0000")) {
        String code = "U+%04X".formatted((int) space.charAt(0));
        EnumSet<ExpectedAnswer> refusals = EnumSet.copyOf(way.refusals(token));
        refusals.add(ExpectedAnswer.BAD_PARAMETER);
        for (String text : List.of(space + token, token + space)) {
          String where = text.startsWith(space) ? " before" : " after";
          rows.add(
              new AttackCase(
                  "A05 " + code + where + ", by " + way + " of " + space.length(),
                  refusals,
                  it -> way.send(it.http(), text)));
        }
      }
    }
    return app.tests(rows);
  }

  @TestFactory
  Stream<DynamicTest> refusesHugeTokens() {
    List<AttackCase> rows = new ArrayList<>();
    for (int length : new int[] {8_000, 64_000, 1_000_000}) {
      for (String character : List.of("A", ".")) {
        for (TokenRoute way :
            List.of(
                TokenRoute.GET,
                TokenRoute.POST,
                TokenRoute.USER_TOKEN,
                TokenRoute.LOGOUT,
                TokenRoute.COOKIE)) {
          rows.add(
              AttackCase.of(
                  "A09 %,d times %s, by %s".formatted(length, character, way),
                  ExpectedAnswer.INVALID,
                  ExpectedAnswer.CONTAINER,
                  it -> orCutOff(() -> way.send(it.http(), character.repeat(length)))));
        }
      }
    }
    rows.add(
        AttackCase.of(
            "A21 kid of 10 kB",
            ExpectedAnswer.INVALID,
            ExpectedAnswer.CONTAINER,
            it ->
                orCutOff(
                    () ->
                        TokenRoute.GET.send(
                            it.http(),
                            baseTokens
                                .open()
                                .withHeader("{\"kid\":\"" + "k".repeat(10_000) + "\"}")))));
    return app.tests(rows);
  }

  /** A body of more than 8 KiB is not read to its end. */
  @TestFactory
  Stream<DynamicTest> refusesHugeParameters() {
    return Stream.of(
            TokenRoute.KEEP_ALIVE, TokenRoute.RENEW, TokenRoute.INTROSPECT, TokenRoute.REVOKE)
        .map(
            way ->
                DynamicTest.dynamicTest(
                    "A09 16,000 times A, by " + way,
                    () -> {
                      Answer answer = way.send(app.http(), "A".repeat(16_000));
                      assertThat(answer.status()).as(answer.body()).isEqualTo(413);
                      assertThat(answer.all("Cache-Control")).containsExactly("no-store");
                      app.assertNoSecretLogged();
                    }));
  }

  @Test
  void a09_refusesTextOfMaximumLength() throws Exception {
    BaseToken seed = baseTokens.open();
    int more = MAX_CHARACTERS - seed.token().length();
    String longest =
        seed.withPart(BaseToken.CIPHERTEXT, seed.part(BaseToken.CIPHERTEXT) + "A".repeat(more));
    assertThat(longest).hasSize(MAX_CHARACTERS);
    app.check(
        AttackCase.of(
            "A09 1,024", ExpectedAnswer.INVALID, it -> TokenRoute.GET.send(it.http(), longest)));
    app.check(
        AttackCase.of(
            "A09 1,025",
            ExpectedAnswer.INVALID,
            it -> TokenRoute.GET.send(it.http(), longest + "A")));
  }

  @Test
  void b03_refusesExpiryOfTokenThatNeverExpires() throws Exception {
    BaseToken never = BaseTokens.base(app, app.open(Accounts.ALICE, 0));
    assertThat(never.claims()).doesNotContain("\"exp\"");
    String forged =
        app.secret(TokenForge.withContent(never.claims().replace("}", ",\"exp\":1893456000}")));
    for (TokenRoute way : EnumSet.allOf(TokenRoute.class)) {
      if (way.acceptedKind() == AcceptedKind.OPEN) {
        app.check(
            new AttackCase(
                "B03 by " + way, way.refusals(forged), it -> way.send(it.http(), forged)));
      }
    }
    app.check(
        AttackCase.of(
            "B03 itself", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), never.token())));
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
