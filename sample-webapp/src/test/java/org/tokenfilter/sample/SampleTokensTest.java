package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.sample.WebApplication.Session;

/** The tokens of the sample from the view of a client. */
final class SampleTokensTest {

  private static final String OTHER_ADDRESS = "127.0.0.2";

  private static final byte[] UNAUTHORIZED =
      "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}".getBytes(US_ASCII);

  @TempDir private static Path folder;
  private static WebApplication sample;
  private static Session alice;
  private static String open;

  @BeforeAll
  static void startTheSample() throws Exception {
    sample = Sample.start(folder.resolve("data"), Map.of());
    alice = sample.session(Sample.ALICE, 5);
    open = sample.open(Sample.ALICE, 5);
  }

  @AfterAll
  static void stopTheSample() {
    sample.close();
  }

  @Test
  void sessionTokenWorksWithItsSessionIdInCookieOrHeader() throws Exception {
    assertThat(whoami(alice.token(), alice.id()).status()).isEqualTo(200);
    Answer byHeader =
        sample.get(
            "/api/whoami", "Authorization", "Bearer " + alice.token(), "session", alice.id());
    assertThat(byHeader.status()).isEqualTo(200);
  }

  @Test
  void refusesSessionTokenWithoutItsSessionId() throws Exception {
    assertRefused(sample.get("/api/whoami", "Authorization", "Bearer " + alice.token()));
  }

  @Test
  void refusesSessionTokenWithAnotherSessionId() throws Exception {
    assertRefused(whoami(alice.token(), sample.session(Sample.BOB, 5).id()));
    assertRefused(whoami(alice.token(), sample.session(Sample.ALICE, 5).id()));
  }

  @Test
  void refusesSessionTokenFromAnotherAddress() throws Exception {
    assumeOtherAddress();
    assertThat(sample.getFrom("127.0.0.1", "/api/whoami", alice.headers()).status()).isEqualTo(200);
    assertRefused(sample.getFrom(OTHER_ADDRESS, "/api/whoami", alice.headers()));
  }

  @Test
  void refusesTokenWithAnyCharacterChanged() throws Exception {
    for (String token : new String[] {alice.token(), open}) {
      for (int i = 0; i < token.length(); i++) {
        char other = token.charAt(i) == 'A' ? 'B' : 'A';
        String changed = token.substring(0, i) + other + token.substring(i + 1);
        assertRefused(whoami(changed, alice.id()));
      }
    }
  }

  @Test
  void openTokenWorksWithoutASessionAndFromAnywhere() throws Exception {
    Answer answer = sample.get("/api/whoami", "Authorization", "Bearer " + open);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).contains("\"kind\":\"open\"");
    assumeOtherAddress();
    Answer elsewhere =
        sample.getFrom(OTHER_ADDRESS, "/api/whoami", "Authorization", "Bearer " + open);
    assertThat(elsewhere.status()).isEqualTo(200);
    assertThat(elsewhere.member("handle")).isEqualTo(answer.member("handle"));
  }

  @Test
  void unlimitedOpenTokenHasNoRemainingLife() throws Exception {
    String token = sample.open(Sample.ALICE, 0);
    Answer answer = sample.get("/api/whoami", "Authorization", "Bearer " + token);
    assertThat(answer.text()).endsWith(",\"remaining\":null}");
    assertThat(answer.header("Token-Remaining")).isNull();
  }

  @Test
  void remainingLifeIsTheShorterOfTheTwoTimeouts() throws Exception {
    assertThat(remaining(sample.get("/api/whoami", alice.headers()))).isBetween(1L, 300_000L);
    Session withoutEnd = sample.session(Sample.ALICE, 0);
    assertThat(remaining(sample.get("/api/whoami", withoutEnd.headers())))
        .isBetween(1_740_000L, 1_800_000L);
  }

  @Test
  void refusesLoggedOutTokenWithTheReason() throws Exception {
    Session session = sample.session(Sample.ALICE, 5);
    assertLogoutCloses(session.headers());
    String[] headers = {"Authorization", "Bearer " + sample.open(Sample.ALICE, 5)};
    assertLogoutCloses(headers);
    assertThat(whoami(alice.token(), alice.id()).status()).isEqualTo(200);
  }

  private static void assertLogoutCloses(String... headers) throws Exception {
    assertThat(sample.get("/api/whoami", headers).status()).isEqualTo(200);
    assertThat(sample.post("/security/rest/token/logout", new byte[0], headers).status())
        .isEqualTo(204);
    Answer answer = sample.get("/api/whoami", headers);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo("Bearer realm=\"ROOT\", error=\"invalid_token\", error_description=\"closed\"");
    assertThat(answer.text()).contains("\"reason\":\"closed\"");
  }

  @Test
  void tokenHeaderNamesOnlyTheEncryption() {
    for (String token : new String[] {alice.token(), open}) {
      String header = token.substring(0, token.indexOf('.'));
      assertThat(new String(Base64.getUrlDecoder().decode(header), US_ASCII))
          .isEqualTo("{\"enc\":\"A128CBC-HS256\",\"alg\":\"dir\",\"kid\":\"k1\"}");
    }
  }

  @Test
  void sessionCookieIsForAllPathsAndHiddenFromScripts() throws Exception {
    Answer answer =
        sample.get(
            "/security/rest/token/access/session/5",
            "Authorization",
            WebApplication.basic(Sample.ALICE));
    assertThat(answer.header("Set-Cookie"))
        .startsWith("SESSION=" + answer.member("session") + ";")
        .containsIgnoringCase("HttpOnly")
        .containsIgnoringCase("Path=/")
        .containsIgnoringCase("SameSite=Lax");
  }

  @Test
  void wrongPasswordGetsNoToken() throws Exception {
    for (String account : new String[] {"alice:wonderland", "nobody:wonderland-4711"}) {
      Answer answer =
          sample.get(
              "/security/rest/token/access/5", "Authorization", WebApplication.basic(account));
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Basic realm=");
      assertThat(answer.text()).doesNotContain("token");
    }
  }

  private static Answer whoami(String token, String sessionId) throws Exception {
    return sample.get("/api/whoami", new Session(token, sessionId).headers());
  }

  private static void assertRefused(Answer answer) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo("Bearer realm=\"ROOT\", error=\"invalid_token\"");
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.body()).isEqualTo(UNAUTHORIZED);
  }

  private static long remaining(Answer answer) {
    Matcher matcher = Pattern.compile("\"remaining\":([0-9]+)}$").matcher(answer.text());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private static void assumeOtherAddress() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"),
        "only on Linux is all of 127.0.0.0/8 an address of this machine");
  }
}
