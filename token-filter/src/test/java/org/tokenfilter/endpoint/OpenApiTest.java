package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.endpoint.AllEndpoints.CAPITALIZED_GATEWAY;
import static org.tokenfilter.endpoint.AllEndpoints.GATEWAY;
import static org.tokenfilter.endpoint.AllEndpoints.basic;
import static org.tokenfilter.endpoint.AllEndpoints.bearer;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.carrier.TokenTransport;
import org.tokenfilter.credentials.ApiKeyCredential;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.PasswordFile;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.endpoint.ApiDocument.Operation;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.gateway.CloseParameter;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;

/** The agreement of the document and the endpoints, in both directions. */
final class OpenApiTest {

  private static final int LIMIT = 20;
  private static final int LOGIN_PERMITS = 4;
  private static final String MALLORY = "mallory:guess";
  private static final String GROUPED = "grouped:x";
  private static final String LARGE = "x".repeat(8193);
  private static final String SAME_ORIGIN = "same-origin";
  private static final String ACCESS = "/security/rest/token/access/";
  private static final List<String> GET_AND_POST = List.of("GET", "POST");
  private static final Map<String, String> QUERY_OF =
      Map.of("/security/rest", "?_wadl", GATEWAY + "/{service}", "?close=true");

  /** Paths that no class contains, because the container maps them. */
  private static final List<String> CONTAINER_MAPPED_PATHS =
      List.of("security/rest", "oauth/introspect", "oauth/revoke", "sessions", "openapi.json");

  @TempDir private Path folder;
  private AllEndpoints all;
  private ApiDocument document;
  private ApiConformanceChecker conformance;
  private final Semaphore checked = new Semaphore(0);
  private final Semaphore go = new Semaphore(0);

  @BeforeEach
  void startTheApplication() throws Exception {
    Accounts.settings(folder);
    Authenticator file = PasswordFile.read(folder.resolve("accounts"));
    all =
        AllEndpoints.start(
            folder,
            Map.of(
                "token.carriers",
                "bearer, cookie",
                "token.sessions.limit",
                String.valueOf(LIMIT),
                "token.store.concurrency",
                String.valueOf(LOGIN_PERMITS),
                "token.login.waiting",
                "0"),
            new Authenticator() {
              @Override
              public Optional<Subject> authenticate(UsernamePasswordCredential credential)
                  throws IOException {
                return checkAccount(file, credential);
              }

              @Override
              public Optional<Subject> authenticateKey(ApiKeyCredential key) {
                return Optional.of(Subject.of("feed"));
              }
            });
    document = new ApiDocument(all.get("/openapi.json").body());
    conformance = new ApiConformanceChecker(document);
  }

  @AfterEach
  void stopTheApplication() {
    all.close();
  }

  @Test
  void everyPathMethodStatusAndFieldIsAsDocumented() throws Exception {
    for (int i = 0; i < 10; i++) {
      all.get(ACCESS + "5", basic(MALLORY));
    }
    accessTokens();
    logouts();
    apiClients();
    sessionTokens();
    for (String base : List.of(GATEWAY, CAPITALIZED_GATEWAY)) {
      gatewayLogins(base);
      gatewaySessions(base);
    }
    introspection();
    revocation();
    sessions();
    expect(200, ApiRequest.of("GET", "/openapi.json"));
    conformance.requireAllSeen();
  }

  /** Adds two users: "slow" blocks until the test continues, "grouped" has too long a role. */
  private Optional<Subject> checkAccount(Authenticator file, UsernamePasswordCredential credential)
      throws IOException {
    if (credential.username().equals("grouped")) {
      return Optional.of(new Subject("grouped", Set.of("r".repeat(32_769)), Map.of()));
    }
    if (credential.username().equals("slow")) {
      checked.release();
      try {
        go.acquire();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return Optional.empty();
    }
    return file.authenticate(credential);
  }

  /** Sends a request while all login permits are in use and no login may wait. */
  private void expectWhileBusy(int status, ApiRequest call) throws Exception {
    ExecutorService slow = Executors.newFixedThreadPool(LOGIN_PERMITS);
    try {
      for (int i = 0; i < LOGIN_PERMITS; i++) {
        var unused = slow.submit(() -> all.get(ACCESS + "5", basic("slow:x")));
      }
      checked.acquire(LOGIN_PERMITS);
      expect(status, call);
    } finally {
      go.release(LOGIN_PERMITS);
      slow.shutdown();
      assertThat(slow.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  private void expect(int status, ApiRequest call) throws Exception {
    HttpResponse<String> answer = call.send(all);
    assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isEqualTo(status);
    conformance.check(call, answer);
  }

  private void expectWithoutStore(int status, ApiRequest call) throws Exception {
    all.store.failAll();
    try {
      expect(status, call);
    } finally {
      all.store.clearFaults();
    }
  }

  private void accessTokens() throws Exception {
    for (int i = 0; i < LIMIT; i++) {
      all.sessionToken("bob");
    }
    String id = all.sessionToken("alice").id();
    for (String method : GET_AND_POST) {
      ApiRequest session = ApiRequest.of(method, ACCESS + "session/5");
      expect(409, session.with(basic(Accounts.BOB)));
      expect(200, session.with(basic(Accounts.ALICE)).with("Cookie", "SESSION=" + id));
      expect(200, session.with(basic(Accounts.ALICE)).with("session", id));
      for (ApiRequest call : List.of(session, ApiRequest.of(method, ACCESS + "5"))) {
        expect(200, call.with(basic(Accounts.ALICE)));
        expect(400, call.with(basic(Accounts.ALICE)).with(basic(Accounts.BOB)));
        expect(
            400, ApiRequest.of(method, call.target().replace("5", "five"), basic(Accounts.ALICE)));
        expect(401, call);
        expect(403, call.with(basic(Accounts.ALICE)).with("Sec-Fetch-Site", "cross-site"));
        expect(403, call.with(basic(GROUPED)));
        expect(429, call.with(basic(MALLORY)));
        expectWithoutStore(503, call.with(basic(Accounts.ALICE)));
      }
    }
    expect(200, ApiRequest.of("GET", "/security/rest?_wadl"));
    expect(200, ApiRequest.of("GET", "/security/rest?wadl"));
    expect(404, ApiRequest.of("GET", "/security/rest"));
  }

  /** A supplier of headers, with a new token for each call. */
  @FunctionalInterface
  private interface Caller {
    String[] headers() throws Exception;
  }

  /** Returns callers that present a token in each possible way. */
  private List<Caller> callers(String subject, String... roles) {
    return List.of(
        () -> bearer(all.openToken(subject, 5, roles)),
        () -> cookies("token=" + all.openToken(subject, 5, roles).value()),
        () -> all.sessionToken(subject, roles).headers(),
        () -> {
          Session session = all.sessionToken(subject, roles);
          return AllEndpoints.and(bearer(session.token()), "session", session.id());
        },
        () -> {
          Session session = all.sessionToken(subject, roles);
          return cookies("token=" + session.token() + "; SESSION=" + session.id());
        },
        () -> {
          Session session = all.sessionToken(subject, roles);
          return AllEndpoints.and(cookies("token=" + session.token()), "session", session.id());
        });
  }

  private static String[] cookies(String cookies) {
    return new String[] {"Cookie", cookies, "Sec-Fetch-Site", SAME_ORIGIN};
  }

  private void expectRejections(ApiRequest call) throws Exception {
    expectRejections(call, all.openToken("carol", 5), all.openToken("carol", 5));
  }

  /** Expects the rejections that are common to all requests that act with a token. */
  private void expectRejections(ApiRequest call, IssuedToken token, IssuedToken other)
      throws Exception {
    expect(401, call);
    expect(400, call.with(bearer(token)).with("Cookie", "token=" + other.value()));
    expect(403, call.with("Cookie", "token=" + token.value(), "Sec-Fetch-Site", "cross-site"));
    expectWithoutStore(503, call.with(bearer(token)));
  }

  private void logouts() throws Exception {
    for (String method : GET_AND_POST) {
      ApiRequest logout = ApiRequest.of(method, "/security/rest/token/logout");
      for (Caller caller : callers("carol")) {
        expect(204, logout.with(caller.headers()));
      }
      expectRejections(logout);
      expect(401, logout.with(cookies("token=x")));
    }
  }

  private void apiClients() throws Exception {
    String login = "{\"username\":\"alice\",\"password\":\"%s\",\"apiClientName\":\"test 4\"}";
    ApiRequest open =
        ApiRequest.json("/routelink/v1/sessionOpen/live", login.formatted("wonderland"));
    expect(200, open);
    expect(409, open);
    expect(400, ApiRequest.json(open.target(), "{}"));
    expect(401, ApiRequest.json(open.target(), login.formatted("wrong")));
    expect(403, ApiRequest.json(open.target(), login.formatted("x").replace("alice", "grouped")));
    expect(404, ApiRequest.json("/routelink/v1/sessionOpen/other", login.formatted("wonderland")));
    expect(413, ApiRequest.json(open.target(), LARGE));
    expect(415, ApiRequest.form(open.target(), "username=alice"));
    expect(
        429, ApiRequest.json(open.target(), login.formatted("guess").replace("alice", "mallory")));
    expectWithoutStore(503, open);
    for (String method : GET_AND_POST) {
      ApiRequest refresh = ApiRequest.of(method, "/routelink/v1/refreshToken");
      expect(200, refresh.with(bearer(all.clientToken("bearer" + method))));
      expect(200, refresh.with(cookies("token=" + all.clientToken("cookie" + method).value())));
      expectRejections(refresh);
      expect(429, refresh.with(bearer(all.tokenAtRefreshLimit("often" + method))));
    }
  }

  private void sessionTokens() throws Exception {
    ApiRequest get = ApiRequest.of("GET", "/GetSessionToken?Minutes=5");
    ApiRequest post = ApiRequest.of("POST", "/GetSessionToken?Minutes=5");
    for (ApiRequest call : List.of(get, post)) {
      expect(200, call.with(basic(Accounts.ALICE)));
      expect(
          400, ApiRequest.of(call.method(), "/GetSessionToken?Minutes=0", basic(Accounts.ALICE)));
      expect(401, call);
      expect(403, call.with(basic(Accounts.ALICE)).with("Sec-Fetch-Site", "cross-site"));
      expect(429, call.with(basic(MALLORY)));
      expectWithoutStore(500, call.with(basic(Accounts.ALICE)));
      expectWhileBusy(503, call.with(basic(Accounts.ALICE)));
      expect(403, call.with(basic(GROUPED)));
    }
    expect(200, ApiRequest.form("/GetSessionToken", "email=alice&password=wonderland&Minutes=7"));
    expect(200, ApiRequest.form("/GetSessionToken", "email=alice&Password=wonderland"));
    expect(200, ApiRequest.form("/GetSessionToken", "email=alice&passsword=wonderland"));
    expect(200, ApiRequest.form("/GetSessionToken", "APIKey=k"));
    for (String path :
        List.of(
            "/GetSessionToken",
            "/QuerySessionToken",
            "/RenewSessionToken",
            "/RevokeSessionToken")) {
      expect(413, ApiRequest.form(path, LARGE));
      expect(415, ApiRequest.json(path, "{}"));
    }
    for (String verb : List.of("Query", "Renew", "Revoke")) {
      String path = "/" + verb + "SessionToken";
      for (String method : GET_AND_POST) {
        expect(
            200, ApiRequest.of(method, path + "?SessionToken=" + all.userToken("alice").value()));
        expect(200, ApiRequest.of(method, path, bearer(all.userToken("alice"))));
        expect(400, ApiRequest.of(method, path));
        expect(401, ApiRequest.of(method, path, bearer(all.openToken("alice", 5))));
        expect(
            401,
            ApiRequest.of(
                method, path, bearer(all.revoked(all.userToken("a"), RevocationReason.CLOSED))));
        expect(
            410,
            ApiRequest.of(
                method, path, bearer(all.revoked(all.userToken("a"), RevocationReason.EXPIRED))));
        expectWithoutStore(500, ApiRequest.of(method, path, bearer(all.userToken("alice"))));
      }
      expect(200, ApiRequest.form(path, "SessionToken=" + all.userToken("alice").value()));
    }
  }

  private void gatewayLogins(String base) throws Exception {
    for (String path : List.of(base + "/s1/login", base + "/s1/logon")) {
      String login = "{\"username\":\"alice\",\"password\":\"%s\"}";
      expect(200, ApiRequest.json(path, login.formatted("wonderland")));
      expect(200, ApiRequest.form(path, "username=alice&password=wonderland"));
      expect(400, ApiRequest.json(path, "{}"));
      expect(401, ApiRequest.json(path, login.formatted("wrong")));
      expect(403, ApiRequest.json(path, login.formatted("x").replace("alice", "grouped")));
      expect(413, ApiRequest.json(path, LARGE));
      expect(415, ApiRequest.of("POST", path));
      expect(429, ApiRequest.form(path, "username=mallory&password=guess"));
      expectWithoutStore(503, ApiRequest.json(path, login.formatted("wonderland")));
    }
  }

  /** Returns the headers for each way to present a user token to the gateway. */
  private static List<String[]> userTokenHeaders(IssuedToken token) {
    return List.of(
        bearer(token),
        new String[] {"userToken", token.value()},
        cookies("token=" + token.value()));
  }

  private void gatewaySessions(String base) throws Exception {
    IssuedToken user = all.userToken("dave");
    ApiRequest keepAlive = ApiRequest.of("POST", base + "/s1/keepAlive");
    expect(200, ApiRequest.json(keepAlive.target(), "{\"userToken\":\"" + user.value() + "\"}"));
    expect(200, ApiRequest.form(keepAlive.target(), "userToken=" + user.value()));
    expect(413, ApiRequest.form(keepAlive.target(), LARGE));
    expect(415, new ApiRequest("POST", keepAlive.target(), List.of(), "text/plain", "x"));
    for (String[] headers : userTokenHeaders(user)) {
      expect(200, keepAlive.with(headers).with("session", all.openSession(user)));
    }
    expectRejections(keepAlive, user, all.userToken("dave"));
    ApiRequest logOff = ApiRequest.of("POST", base + "/s1/logoff");
    String ended = all.userToken("dave").value();
    expect(204, ApiRequest.json(logOff.target(), "{\"userToken\":\"" + ended + "\"}"));
    expect(204, ApiRequest.form(logOff.target(), "userToken=" + ended));
    expect(413, ApiRequest.form(logOff.target(), LARGE));
    expect(415, new ApiRequest("POST", logOff.target(), List.of(), "text/plain", "x"));
    expectRejections(logOff, user, all.userToken("dave"));
    for (String[] headers : userTokenHeaders(all.userToken("dave"))) {
      expect(204, logOff.with(headers));
    }
    for (String method : GET_AND_POST) {
      ApiRequest close = ApiRequest.of(method, base + "/s1?close=true");
      for (String[] headers : userTokenHeaders(user)) {
        String id = all.openSession(user);
        expect(204, close.with(headers).with("session", id, "Token-Passive", "true"));
      }
      expect(400, close.with(bearer(user)));
      expectRejections(close, user, all.userToken("dave"));
    }
  }

  private void introspection() throws Exception {
    ApiRequest introspect =
        ApiRequest.form("/oauth/introspect", "token=" + all.userToken("erin").value());
    for (Caller caller : callers("ada", "admin")) {
      expect(200, introspect.with(caller.headers()));
    }
    for (String token :
        List.of(
            all.openToken("erin", 5).value(),
            all.openToken("erin", 0).value(),
            all.sessionToken("erin").token(),
            "nothing")) {
      expect(200, ApiRequest.form("/oauth/introspect", "token=" + token, basic(Accounts.ADMIN)));
    }
    expect(400, ApiRequest.form("/oauth/introspect", "", basic(Accounts.ADMIN)));
    expect(401, introspect);
    expect(403, introspect.with(basic(Accounts.ALICE)));
    expect(403, introspect.with(basic(Accounts.ADMIN)).with("Sec-Fetch-Site", "cross-site"));
    expect(413, ApiRequest.form("/oauth/introspect", LARGE, basic(Accounts.ADMIN)));
    expect(415, ApiRequest.json("/oauth/introspect", "{}", basic(Accounts.ADMIN)));
    expect(429, introspect.with(basic(MALLORY)));
    expectWithoutStore(503, introspect.with(basic(Accounts.ADMIN)));
  }

  private void revocation() throws Exception {
    ApiRequest revoke = ApiRequest.form("/oauth/revoke", "token=" + all.userToken("frank").value());
    expectWithoutStore(503, revoke);
    expect(200, revoke);
    expect(200, revoke);
    expect(400, ApiRequest.form("/oauth/revoke", ""));
    expect(413, ApiRequest.form("/oauth/revoke", LARGE));
    expect(415, ApiRequest.json("/oauth/revoke", "{}"));
  }

  private void sessions() throws Exception {
    IssuedToken user = all.userToken("grace");
    all.openSession(user);
    all.openToken("grace", 0);
    ApiRequest list = ApiRequest.of("GET", "/sessions");
    ApiRequest page = ApiRequest.of("GET", "/sessions?limit=2", bearer(user));
    expect(200, page);
    String next =
        WebApp.member(page.send(all).body(), "next").substring(AllEndpoints.CONTEXT.length());
    expect(
        200, ApiRequest.of("GET", next, AllEndpoints.and(bearer(user), "Token-Passive", "true")));
    expect(400, ApiRequest.of("GET", "/sessions?limit=0", bearer(user)));
    expect(401, list);
    for (RevocationReason reason : RevocationReason.values()) {
      expect(401, list.with(bearer(all.revoked(all.openToken("grace", 5), reason))));
    }
    expectWithoutStore(503, list.with(bearer(user)));
    for (Caller caller : callers("grace")) {
      expect(200, list.with(caller.headers()));
    }
    ApiRequest others = ApiRequest.of("DELETE", "/sessions?others=true");
    ApiRequest one =
        ApiRequest.of("DELETE", "/sessions/" + all.openToken("grace", 5).record().id());
    for (ApiRequest call : List.of(one, others)) {
      for (Caller caller : callers("grace")) {
        expect(204, call.with(caller.headers()).with("Token-Passive", "true"));
      }
      expectRejections(call);
    }
    expect(400, ApiRequest.of("DELETE", "/sessions", bearer(all.openToken("grace", 5))));
    expect(404, one.with(bearer(all.openToken("another", 5))));
    labels();
  }

  private void labels() throws Exception {
    IssuedToken named = all.openToken("grace", 5);
    String path = "/sessions/" + named.record().id();
    ApiRequest label = ApiRequest.patch(path, "{\"label\":\"my phone\"}");
    for (Caller caller : callers("grace")) {
      expect(204, label.with(caller.headers()).with("Token-Passive", "true"));
    }
    expect(200, ApiRequest.of("GET", "/sessions", bearer(named)));
    expectRejections(label);
    expect(400, ApiRequest.patch(path, "{}", bearer(named)));
    expect(404, label.with(bearer(all.openToken("another", 5))));
    expect(413, ApiRequest.patch(path, LARGE, bearer(named)));
    expect(
        415,
        new ApiRequest(
            "PATCH", path, List.of(bearer(named)), "application/x-www-form-urlencoded", "label=x"));
    all.overtakeAmendments(named, 8);
    expect(409, ApiRequest.patch(path, "{\"label\":\"other\"}", bearer(named)));
  }

  @Test
  void refusesUndocumentedMethods() throws Exception {
    int passedOn = 0;
    for (Map.Entry<String, Map<String, Operation>> path : document.paths().entrySet()) {
      boolean gateway = path.getKey().startsWith("/cra/");
      String target = target(path.getKey());
      for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")) {
        if (path.getValue().containsKey(method)) {
          continue;
        }
        HttpResponse<String> answer = all.send(method, target, bearer(all.userToken("alice")));
        String[] name = {method, path.getKey()};
        assertThat(answer.statusCode())
            .as("%s %s", (Object[]) name)
            .isEqualTo(gateway ? AllEndpoints.PASSED_ON : 405);
        if (gateway) {
          passedOn++;
        } else {
          assertThat(
                  new TreeSet<>(
                      List.of(answer.headers().firstValue("Allow").orElse("").split(", "))))
              .as("%s %s", (Object[]) name)
              .isEqualTo(path.getValue().keySet());
        }
      }
    }
    assertThat(passedOn).isPositive();
  }

  /** Returns a path of the document with values for its parameters. */
  private static String target(String template) {
    String path =
        template
            .replace("{ttlInMinutes}", "5")
            .replace("{environment}", "live")
            .replace("{service}", "s1")
            .replace("{handle}", "A".repeat(43));
    return path + QUERY_OF.getOrDefault(template.replace(CAPITALIZED_GATEWAY, GATEWAY), "");
  }

  /**
   * Tries every string of the endpoints' classes as a path and as a query. Those that exist must be
   * documented. No path allows PUT, so 405 means that a path exists and 404 that it does not.
   */
  @Test
  void hasNoUndocumentedPaths() throws Exception {
    Set<String> found = new TreeSet<>();
    try (WebApp wide = wideApplication()) {
      for (String target :
          targets(
              List.of("5", "live", "A".repeat(43)),
              "",
              "/security/rest",
              "/routelink/v1",
              "/oauth/introspect",
              "/oauth/revoke",
              "/sessions",
              "/openapi.json")) {
        if (wide.send("PUT", target).statusCode() != 404) {
          found.add(target);
        }
      }
    }
    for (String base : List.of(GATEWAY, CAPITALIZED_GATEWAY)) {
      Set<String> targets = targets(List.of(), base, base + "/s1");
      targets.removeIf(target -> target.startsWith(base + "?"));
      for (String target : targets) {
        for (String method : GET_AND_POST) {
          // A new token for each request, because one of the requests logs off.
          String[] user = bearer(all.userToken("alice"));
          if (all.send(method, target, user).statusCode() != AllEndpoints.PASSED_ON) {
            found.add(target);
          }
        }
      }
    }
    Set<String> templates = new TreeSet<>();
    for (String target : found) {
      // The last word may be in any case, which the document describes in words only.
      String path = target.replaceAll("\\?.*", "").replace("keepalive", "keepAlive");
      List<String> documented = document.templatesOf(path);
      assertThat(documented).as(target).hasSize(1);
      templates.addAll(documented);
    }
    assertThat(templates).isEqualTo(document.paths().keySet());
  }

  /** Starts an application whose servlets get all requests below their paths. */
  private WebApp wideApplication() throws Exception {
    return new WebApp()
        .filter(new TokenFilter(all.security), Map.of())
        .servlet("/*", new TokenQueryServlet())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/routelink/v1/*", new ApiClientServlet())
        .servlet("/oauth/introspect/*", new IntrospectionServlet())
        .servlet("/oauth/revoke/*", new RevocationServlet())
        .servlet("/sessions/*", new SessionsServlet())
        .servlet("/openapi.json/*", new OpenApiServlet())
        .start();
  }

  private static Set<String> targets(List<String> values, String... bases) throws Exception {
    Set<String> steps = new TreeSet<>(CONTAINER_MAPPED_PATHS);
    Set<String> texts = new TreeSet<>(ClassFileStrings.inPackageOf(SessionsServlet.class));
    texts.addAll(ClassFileStrings.inPackageOf(CloseParameter.class));
    texts.addAll(ClassFileStrings.inPackageOf(TokenTransport.class));
    for (String text : texts) {
      String step = text.replaceAll("^/+|/+$", "");
      if (step.matches("[A-Za-z_][A-Za-z_/.-]*")) {
        steps.add(step);
      }
    }
    Set<String> targets = new LinkedHashSet<>();
    for (String base : bases) {
      values.forEach(value -> targets.add(base + "/" + value));
      for (String step : steps) {
        targets.add(base + "/" + step);
        values.forEach(value -> targets.add(base + "/" + step + "/" + value));
        if (!base.isEmpty()) {
          targets.add(base + "?" + step);
          targets.add(base + "?" + step + "=true");
        }
      }
    }
    return targets;
  }
}
