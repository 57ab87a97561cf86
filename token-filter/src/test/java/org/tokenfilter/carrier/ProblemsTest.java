package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.inOrder;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mockito.InOrder;
import org.tokenfilter.token.Rejection;

/** Cases P01 and P07: the exact refusals, which disclose nothing more. */
class ProblemsTest {

  private static final String BEARER = "WWW-Authenticate: Bearer realm=\"/shop\"";
  private static final String BASIC = "WWW-Authenticate: Basic realm=\"/shop\", charset=\"UTF-8\"";
  private static final String UNAUTHORIZED =
      "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}";

  private final Problems problems = new Problems("/shop", Duration.ofMinutes(5));

  @TestFactory
  Stream<DynamicTest> refusals() {
    String tooMany = "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429}";
    Map<Rejection, List<String>> expected = new EnumMap<>(Rejection.class);
    expected.put(Rejection.TOO_MANY_LOGINS, List.of("429", "Retry-After: 300", tooMany));
    expected.put(
        Rejection.LOGIN_BUSY,
        List.of(
            "503",
            "Retry-After: 1",
            "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}"));
    expected.put(
        Rejection.INVALID_SUBJECT,
        List.of("403", "", "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}"));
    expected.put(Rejection.TOO_MANY_REFRESHES, List.of("429", "Retry-After: 60", tooMany));
    expected.put(Rejection.MISSING, List.of("401", BEARER, UNAUTHORIZED));
    expected.put(
        Rejection.INVALID, List.of("401", BEARER + ", error=\"invalid_token\"", UNAUTHORIZED));
    expected.put(
        Rejection.UNKNOWN, List.of("401", BEARER + ", error=\"invalid_token\"", UNAUTHORIZED));
    expected.put(Rejection.WRONG_LOGIN, List.of("401", BEARER, UNAUTHORIZED));
    expected.put(
        Rejection.MISSING_ROLE,
        List.of(
            "403",
            BEARER + ", error=\"insufficient_scope\"",
            "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}"));
    expected.put(
        Rejection.CONTENT_TOO_LARGE,
        List.of(
            "413",
            "",
            "{\"type\":\"about:blank\",\"title\":\"Content Too Large\",\"status\":413}"));
    expected.put(
        Rejection.UNSUPPORTED_MEDIA_TYPE,
        List.of(
            "415",
            "",
            "{\"type\":\"about:blank\",\"title\":\"Unsupported Media Type\",\"status\":415}"));
    expected.put(
        Rejection.CLIENT_TOKEN_LIVE,
        List.of("409", "", "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409}"));
    expected.put(Rejection.EXPIRED, terminal("expired"));
    expected.put(Rejection.CLOSED, terminal("closed"));
    expected.put(Rejection.REPLACED, terminal("replaced"));
    expected.put(Rejection.EVICTED, terminal("evicted"));
    expected.put(
        Rejection.BAD_REQUEST,
        List.of(
            "400",
            BEARER + ", error=\"invalid_request\"",
            "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400}"));
    expected.put(
        Rejection.CROSS_SITE,
        List.of("403", "", "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}"));
    expected.put(
        Rejection.WRONG_CREDENTIALS,
        List.of("401", "WWW-Authenticate: Basic realm=\"/shop\", charset=\"UTF-8\"", UNAUTHORIZED));
    expected.put(
        Rejection.SESSION_LIMIT,
        List.of("409", "", "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409}"));
    expected.put(Rejection.NO_CREDENTIALS, List.of("401", BEARER + "\n" + BASIC, UNAUTHORIZED));
    assertThat(expected.keySet()).isEqualTo(EnumSet.allOf(Rejection.class));
    return expected.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey().name(),
                    () -> {
                      List<String> parts = entry.getValue();
                      assertSent(
                          new Problems("/shop", Duration.ofMinutes(5)).of(entry.getKey()),
                          Integer.parseInt(parts.get(0)),
                          parts.get(1),
                          parts.get(2));
                    }));
  }

  private static List<String> terminal(String reason) {
    return List.of(
        "401",
        BEARER + ", error=\"invalid_token\", error_description=\"" + reason + "\"",
        "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"reason\":\""
            + reason
            + "\"}");
  }

  @Test
  void unavailableAsksForRetry() throws Exception {
    assertSent(
        problems.unavailable(),
        503,
        "Retry-After: 1",
        "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}");
  }

  @Test
  void unknownPathIsNotFound() throws Exception {
    assertSent(
        problems.notFound(),
        404,
        "",
        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404}");
  }

  @Test
  void removedResourceIsGone() throws Exception {
    assertSent(
        problems.gone(), 410, "", "{\"type\":\"about:blank\",\"title\":\"Gone\",\"status\":410}");
  }

  @Test
  void failureIsReportedAs500() throws Exception {
    assertSent(
        problems.failed(),
        500,
        "",
        "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}");
  }

  @Test
  void unknownMethodGetsListOfAllowedOnes() throws Exception {
    assertSent(
        problems.methodNotAllowed("GET, POST"),
        405,
        "Allow: GET, POST",
        "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405}");
  }

  @Test
  void sendsTheSameRefusalEachTime() throws Exception {
    WrittenResponse first = sent(problems.of(Rejection.INVALID));
    WrittenResponse second = sent(problems.of(Rejection.INVALID));

    assertThat(second.headers()).isEqualTo(first.headers());
    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void resetsTheBufferFirst() throws Exception {
    WrittenResponse answer = sent(problems.of(Rejection.INVALID));

    InOrder order = inOrder(answer.response());
    order.verify(answer.response()).resetBuffer();
    order.verify(answer.response()).setStatus(401);
    order.verify(answer.response()).getOutputStream();
  }

  @Test
  void addedHeaderDoesNotChangeTheOriginal() throws Exception {
    Problem plain = Problem.of(403, "Forbidden");
    Problem more = plain.with("A", "1").with("A", "2");

    assertThat(plain.status()).isEqualTo(403);
    assertThat(sent(plain).headers()).noneMatch(line -> line.startsWith("A: "));
    assertThat(sent(more).headers()).contains("A: 1", "A: 2");
  }

  private static void assertSent(Problem problem, int status, String header, String body)
      throws Exception {
    WrittenResponse answer = sent(problem);

    Set<String> expected =
        Stream.concat(
                header.lines(),
                Stream.of(
                    "Status: " + status,
                    "Cache-Control: no-store",
                    "Pragma: no-cache",
                    "X-Content-Type-Options: nosniff",
                    "Content-Type: application/problem+json",
                    "Content-Length: " + body.length()))
            .collect(Collectors.toSet());
    assertThat(answer.headers()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(answer.body()).isEqualTo(body);
    assertThat(problem.status()).isEqualTo(status);
  }

  private static WrittenResponse sent(Problem problem) throws Exception {
    WrittenResponse answer = new WrittenResponse();
    problem.send(answer.response());
    return answer;
  }

  /** Tomcat keeps the writer of the page that forwards. */
  @Test
  void usesTheWriterIfThePageHasObtainedIt() throws Exception {
    WrittenResponse written = new WrittenResponse().withWriterObtained();
    problems.of(Rejection.MISSING).send(written.response());
    assertThat(written.headers()).contains("Status: 401", BEARER);
    assertThat(written.body()).isEqualTo(UNAUTHORIZED);
  }
}
