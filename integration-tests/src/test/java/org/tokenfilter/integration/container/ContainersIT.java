package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.integration.container.Client.Session;

/** The behaviour of the sample, which is the same on each container and for each registration. */
@ParameterizedClass(name = "{0}, {1}, at {2}/")
@MethodSource("rows")
final class ContainersIT {

  /** The context path at which a container deploys the WAR under its own name. */
  private static final String WAR_PATH = "/sample-webapp";

  private static final String SERVICE = "/cra/serviceGateway/services/s1";
  private static final String DATA = SERVICE + "/products/p1/views/v1/data";
  private static final String API_CLIENT =
      "{\"username\":\"alice\",\"password\":\"wonderland-4711\",\"apiClientName\":\"%s\"}";

  /** Exceeds the difference of two responses that report the same deadline. */
  private static final Duration TOLERANCE = Duration.ofMillis(100);

  @RegisterExtension static final ResultTable TABLE = new ResultTable();

  private static @Nullable Deployment deployment;

  @Parameter(0)
  private Deployer container = Container.TOMCAT_10;

  @Parameter(1)
  private Registration registration = Registration.WEB_XML;

  @Parameter(2)
  private String contextPath = "";

  private final Client client = Objects.requireNonNull(deployment).client();

  /**
   * Returns the containers started in this JVM; in the profile {@code containers}, the installed
   * servers. A container registers the library in two ways, and in all if the document is written.
   */
  static Stream<Arguments> rows() {
    if (ResultTable.INSTALLED) {
      return Stream.of(InstalledServer.values())
          .map(server -> Arguments.of(server, Registration.WEB_XML, WAR_PATH));
    }
    return documentedRows().filter(row -> ResultTable.WRITES_DOCUMENT || isUsual(row));
  }

  private static boolean isUsual(Arguments row) {
    if (!(row.get()[0] instanceof Container container)) {
      return true;
    }
    boolean annotated = container == Container.TOMCAT_10 || container == Container.JETTY_12;
    return switch ((Registration) row.get()[1]) {
      case WEB_XML -> WAR_PATH.equals(row.get()[2]);
      case ANNOTATION -> annotated;
      case CODE -> !annotated;
      case BEANS, OLDEST_LIBRARIES -> true;
    };
  }

  /** Returns the rows of the document's table. */
  static Stream<Arguments> documentedRows() {
    Stream<Arguments> containers =
        Stream.of(Container.values())
            .flatMap(
                container ->
                    Stream.of(
                        Arguments.of(container, Registration.WEB_XML, ""),
                        Arguments.of(container, Registration.ANNOTATION, ""),
                        Arguments.of(container, Registration.CODE, ""),
                        Arguments.of(container, Registration.WEB_XML, WAR_PATH)));
    Stream<Arguments> oldest =
        Stream.of(Arguments.of(Container.TOMCAT_10, Registration.OLDEST_LIBRARIES, ""));
    Stream<Arguments> boot =
        Stream.of(SpringBoot.values()).map(it -> Arguments.of(it, Registration.BEANS, ""));
    return Stream.of(containers, oldest, boot).flatMap(it -> it);
  }

  /** Returns the cells that identify a row of the table. */
  static String cells(Object container, Object registration, Object contextPath) {
    return container + " | " + registration + " | " + contextPath + "/";
  }

  @BeforeParameterizedClassInvocation
  static void start(Deployer container, Registration registration, String contextPath)
      throws Exception {
    deployment = container.deploy(contextPath, registration.war());
    TABLE.startRow(cells(container, registration, contextPath), deployment.startDuration());
  }

  @AfterParameterizedClassInvocation
  static void stop() throws Exception {
    TABLE.write();
    Objects.requireNonNull(deployment).close();
  }

  @Test
  void requestWithoutATokenIsChallenged() throws Exception {
    Answer answer = client.get("/api/whoami");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).isEqualTo(challenge());
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}");
  }

  @Test
  void acceptsSessionTokenOnlyWithItsSessionId() throws Exception {
    Session alice = client.session(Client.ALICE);
    Answer answer = client.get("/api/whoami", alice.headers());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.member("username")).isEqualTo("alice");
    assertThat(Long.parseLong(String.valueOf(answer.header("Token-Remaining"))))
        .isBetween(1L, 1_800_000L);
    assertRefused(client.get("/api/whoami", Client.bearer(alice.token())));
    String another = client.session(Client.BOB).id();
    assertRefused(client.get("/api/whoami", new Session(alice.token(), another).headers()));
  }

  @Test
  void acceptsOpenTokenWithoutSessionId() throws Exception {
    Answer answer = client.get("/api/whoami", Client.bearer(client.openToken(Client.ALICE)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.member("kind")).isEqualTo("open");
  }

  @Test
  void refusesModifiedOrTruncatedToken() throws Exception {
    String token = client.openToken(Client.ALICE);
    assertRefused(client.get("/api/whoami", Client.bearer(token.substring(0, 100))));
    char last = token.charAt(token.length() - 10);
    String changed =
        token.substring(0, token.length() - 10)
            + (last == 'A' ? 'B' : 'A')
            + token.substring(token.length() - 9);
    assertRefused(client.get("/api/whoami", Client.bearer(changed)));
  }

  @Test
  void refusesWrongPassword() throws Exception {
    Answer answer =
        client.get(
            "/security/rest/token/access/5", "Authorization", Client.basic("alice:wonderland"));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).startsWith("Basic realm=");
    assertThat(answer.text()).doesNotContain("token");
  }

  @Test
  void refusesLoggedOutTokenWithReason() throws Exception {
    Session alice = client.session(Client.ALICE);
    Answer out = client.post("/security/rest/token/logout", new byte[0], alice.headers());
    assertThat(out.status()).isEqualTo(204);
    Answer answer = client.get("/api/whoami", alice.headers());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo(challenge() + ", error=\"invalid_token\", error_description=\"closed\"");
    assertThat(answer.text()).contains("\"reason\":\"closed\"");
  }

  @Test
  void sessionCookieIsHttpOnlyAndSameSite() throws Exception {
    Answer answer =
        client.get(
            "/security/rest/token/access/session/5", "Authorization", Client.basic(Client.ALICE));
    String cookie = answer.header("Set-Cookie");
    assertThat(cookie).startsWith("SESSION=" + answer.member("session") + ";");
    assertThat(String.valueOf(cookie).toLowerCase(Locale.ROOT).split("; *"))
        .contains("httponly", "path=" + (contextPath.isEmpty() ? "/" : contextPath), "samesite=lax")
        .doesNotContain("secure")
        .noneMatch(it -> it.startsWith("max-age") || it.startsWith("expires"));
  }

  @Test
  void publicForwardsAndIncludesShowNothingProtected() throws Exception {
    String[] alice = client.session(Client.ALICE).headers();
    assertThat(client.get("/public/forward").status()).isEqualTo(401);
    assertThat(client.get("/public/forward", alice).member("username")).isEqualTo("alice");
    Answer without = client.get("/public/include");
    assertThat(without.status()).isEqualTo(200);
    assertThat(without.text().lines()).containsExactly("before", "", "after");
    assertThat(client.get("/public/include", alice).text()).contains("\"username\":\"alice\"");
  }

  @Test
  void applicationErrorsKeepTheirStatus() throws Exception {
    String[] alice = client.session(Client.ALICE).headers();
    assertThat(client.get("/api/fail", alice).status()).isEqualTo(400);
    assertThat(client.get("/api/nothing", alice).status()).isEqualTo(404);
    assertThat(client.get("/api/nothing").status()).isEqualTo(401);
    assertThat(client.get("/public/nothing").status()).isEqualTo(404);
  }

  @Test
  void errorPageKnowsTheUser() throws Exception {
    assumeTrue(
        registration == Registration.ANNOTATION || registration == Registration.CODE,
        "the sample as it is has no error page of its own");
    assertThat(client.get("/api/admin").status()).isEqualTo(401);
    Answer page = client.get("/api/admin", client.session(Client.ALICE).headers());
    assertThat(page.status()).isEqualTo(403);
    assertThat(page.member("username")).isEqualTo("alice");
  }

  @Test
  void asynchronousRequestRenewsToken() throws Exception {
    String token = userToken();
    Instant before = deadline(token);
    awaitMeasurableDelay(token);
    Answer answer = client.get("/api/slow?ms=1", Client.bearer(token));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.member("username")).isEqualTo("alice");
    assertThat(answer.header("Token-Remaining")).isNotNull();
    // The response may arrive before the container has reported its completion.
    Awaitility.await().until(() -> deadline(token).isAfter(before.plus(TOLERANCE)));
  }

  @Test
  void successRenewsAndFailureDoesNot() throws Exception {
    String token = userToken();
    Instant before = deadline(token);
    awaitMeasurableDelay(token);
    assertThat(client.get("/api/fail?status=500", Client.bearer(token)).status()).isEqualTo(500);
    assertThat(client.get("/api/fail?status=404", Client.bearer(token)).status()).isEqualTo(404);
    assertThat(deadline(token)).isBefore(before.plus(TOLERANCE));
    assertThat(client.get("/api/whoami", Client.bearer(token)).status()).isEqualTo(200);
    assertThat(deadline(token)).isAfter(before.plus(TOLERANCE));
  }

  @Test
  void appliesRolesOfTheAccount() throws Exception {
    assertThat(client.get("/api/admin").status()).isEqualTo(401);
    String[] alice = client.session(Client.ALICE).headers();
    assertThat(client.get("/api/admin", alice).status()).isEqualTo(403);
    Answer admin = client.get("/api/admin", client.session(Client.ADMIN).headers());
    assertThat(admin.member("username")).isEqualTo("admin");
  }

  @Test
  void requestBodiesArriveUnchanged() throws Exception {
    String[] alice = client.session(Client.ALICE).headers();
    byte[] form = Client.bytes("token=a&session=b&a=%C3%A4+c&a=2");
    String[] asForm = Client.withHeader(alice, "Content-Type", "application/x-www-form-urlencoded");
    assertThat(client.post("/api/echo", form, asForm).body()).isEqualTo(form);
    byte[] large = new byte[1_500_000];
    new Random(4711).nextBytes(large);
    String[] asBytes = Client.withHeader(alice, "Content-Type", "application/octet-stream");
    assertThat(client.post("/api/echo", large, asBytes).body()).isEqualTo(large);
    Answer chunked = client.postInChunks("/api/echo", large, asBytes);
    assertThat(chunked.status()).isEqualTo(200);
    assertThat(chunked.body()).isEqualTo(large);
    assertThat(client.postInChunks("/api/echo", form, asForm).body()).isEqualTo(form);
  }

  @Test
  void apiClientsOpenAndRefresh() throws Exception {
    String body = API_CLIENT.formatted("containers");
    Answer opened = client.json("/routelink/v1/sessionOpen/sandbox", body);
    assertThat(opened.status()).isEqualTo(200);
    assertThat(client.json("/routelink/v1/sessionOpen/sandbox", body).status()).isEqualTo(409);
    String token = opened.member("token");
    Answer refreshed = client.get("/routelink/v1/refreshToken", Client.bearer(token));
    assertThat(refreshed.status()).isEqualTo(200);
    assertThat(client.get("/api/whoami", Client.bearer(refreshed.member("token"))).status())
        .isEqualTo(200);
    assertThat(client.get("/api/whoami", Client.bearer(token)).text())
        .contains("\"reason\":\"replaced\"");
  }

  @Test
  void tokenQueriesAnswer() throws Exception {
    String token = userToken();
    Answer queried = client.get("/QuerySessionToken?SessionToken=" + token);
    assertThat(queried.number("Remaining")).isBetween(1L, 3_600_000L);
    Answer renewed = client.form("/RenewSessionToken", "SessionToken=" + token);
    assertThat(renewed.status()).isEqualTo(200);
    assertThat(client.get("/RevokeSessionToken?SessionToken=" + token).status()).isEqualTo(200);
    assertThat(client.get("/api/whoami", Client.bearer(token)).status()).isEqualTo(401);
    assertThat(client.get("/GetSessionToken").status()).isEqualTo(401);
  }

  @Test
  void gatewayOpensContinuesAndClosesSessions() throws Exception {
    String account = "{\"username\":\"alice\",\"password\":\"wonderland-4711\"}";
    String user = client.json(SERVICE + "/login", account).member("userToken");
    assertThat(client.get(DATA, "userToken", user).text())
        .isEqualTo("{\"session\":null,\"requests\":1}");
    String session = client.get(DATA + "?close=false", "userToken", user).header("session");
    String[] headers = {"userToken", user, "session", Objects.requireNonNull(session)};
    assertThat(client.get(DATA, headers).number("requests")).isEqualTo(2);
    Answer alive =
        client.json(SERVICE + "/keepAlive", "{\"userToken\":\"" + user + "\"}", "session", session);
    assertThat(alive.number("remaining")).isBetween(1L, 900_000L);
    assertThat(client.get(DATA + "?close=true", headers).number("requests")).isEqualTo(3);
    assertThat(client.get(DATA, headers).status()).isEqualTo(401);
    assertThat(client.get(DATA).status()).isEqualTo(401);
  }

  @Test
  void standardEndpointsAnswer() throws Exception {
    String token = userToken();
    String[] admin = {"Authorization", Client.basic(Client.ADMIN)};
    Answer active = client.form("/oauth/introspect", "token=" + token, admin);
    assertThat(active.text()).contains("\"active\":true", "\"sub\":\"alice\"");
    assertThat(client.form("/oauth/introspect", "token=" + token).status()).isEqualTo(401);
    String[] alice = {"Authorization", Client.basic(Client.ALICE)};
    assertThat(client.form("/oauth/introspect", "token=" + token, alice).status()).isEqualTo(403);
    assertThat(client.get("/sessions", Client.bearer(token)).text()).contains("\"current\":true");
    assertThat(client.get("/sessions").status()).isEqualTo(401);
    assertThat(client.form("/oauth/revoke", "token=" + token).status()).isEqualTo(200);
    assertThat(client.form("/oauth/introspect", "token=" + token, admin).text())
        .isEqualTo("{\"active\":false}");
    assertThat(client.get("/openapi.json").text()).containsPattern("\"openapi\": ?\"3.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/public/..;/api/whoami",
        "/public/..;x=y/api/whoami",
        "//api/whoami",
        "/public//../api/whoami",
        "/public/%2e%2e/api/whoami",
        "/public/%2e%2e%2fapi/whoami",
        "/public/..%2fapi/whoami",
        "/public/..%5capi/whoami",
        "/public/../api/whoami",
        "/public/./../api/whoami",
        "/public;/../api/whoami",
        "/public/%252e%252e/api/whoami",
        "/api/whoami;/public/x",
        "/api/whoami/",
        "/api/whoami%00",
        "/api/./whoami",
        "/%61pi/whoami",
        "/API/whoami",
        "/index.html/../api/whoami",
        "/index.html;/../api/whoami"
      })
  void noPathVariantBypassesTheFilter(String path) throws Exception {
    // A container closes the connection after a request that it rejects.
    assertNotBypassed(client.newClient().get(path), List.of(400, 401, 404));
    assertNotBypassed(client.newClient().post(path, new byte[0]), List.of(400, 401, 404, 405));
  }

  private void assertNotBypassed(Answer answer, List<Integer> refusals) {
    if (ResultTable.INSTALLED && answer.status() == 301) {
      // GlassFish and Payara redirect some to the root of the application, which is public here.
      assertThat(answer.header("Location")).isEqualTo(client.address("/").toString());
    } else {
      assertThat(answer.status()).isIn(refusals);
    }
    assertThat(answer.text()).doesNotContain("username");
  }

  @Test
  void everyMethodNeedsAToken() throws Exception {
    for (String method : new String[] {"HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"}) {
      Answer answer = client.send(method, "/api/whoami", BodyPublishers.noBody());
      assertThat(answer.status()).as(method).isEqualTo(401);
    }
  }

  @Test
  void servesPublicFilesAndHidesWebInf() throws Exception {
    assertThat(client.get("/").text()).contains("<html");
    assertThat(client.get("/public/sample.css").status()).isEqualTo(200);
    String[] alice = client.session(Client.ALICE).headers();
    for (String path :
        new String[] {"/WEB-INF/accounts", "/WEB-INF/web.xml", "/web-inf/accounts"}) {
      // This server cannot render its page for these errors, with or without a filter.
      boolean fails = container == SpringBoot.BOOT_3_JETTY;
      assertThat(client.get(path).status()).as(path).isIn(fails ? Set.of(500) : Set.of(401, 404));
      Answer answer = client.get(path, alice);
      assertThat(answer.status()).as(path).isEqualTo(fails ? 500 : 404);
      assertThat(answer.text()).doesNotContain("alice:", "<web-app");
    }
  }

  @Test
  void healthNeedsNoToken() throws Exception {
    Answer answer = client.get("/public/health");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.member("status")).isEqualTo("ok");
  }

  private String userToken() throws Exception {
    String[] alice = {"Authorization", Client.basic(Client.ALICE)};
    return client.get("/GetSessionToken?Minutes=60", alice).member("SessionToken");
  }

  /**
   * Returns the expiry of a token if it is not used; the query itself does not count as a use. The
   * server reads its clock first for the time and then for the remaining lifetime, and a delay
   * between the two makes the result too early. The latest of several results is the most accurate.
   */
  private Instant deadline(String token) throws Exception {
    Instant latest = Instant.MIN;
    for (int i = 0; i < 3; i++) {
      Instant told = reportedDeadline(token);
      latest = told.isAfter(latest) ? told : latest;
    }
    return latest;
  }

  private Instant reportedDeadline(String token) throws Exception {
    Answer answer = client.get("/QuerySessionToken?SessionToken=" + token);
    return Instant.parse(answer.member("ServerDateTime")).plusMillis(answer.number("Remaining"));
  }

  /** Waits long enough for a renewal to change the deadline measurably. */
  private void awaitMeasurableDelay(String token) throws Exception {
    Instant begin = serverTime(token);
    Awaitility.await()
        .until(() -> serverTime(token).isAfter(begin.plus(TOLERANCE.multipliedBy(2))));
  }

  private Instant serverTime(String token) throws Exception {
    return Instant.parse(
        client.get("/QuerySessionToken?SessionToken=" + token).member("ServerDateTime"));
  }

  /** Returns the challenge; the default audience, and so the realm, is the context path. */
  private String challenge() {
    return "Bearer realm=\"" + (contextPath.isEmpty() ? "ROOT" : contextPath) + "\"";
  }

  private void assertRefused(Answer answer) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo(challenge() + ", error=\"invalid_token\"");
  }
}
