package org.tokenfilter.endpoint;

import jakarta.servlet.DispatcherType;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.config.TokenSecurityBuilder;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** An application with all endpoints at their usual paths and its own servlet at all others. */
final class AllEndpoints implements AutoCloseable {

  static final String CONTEXT = "/shop";
  static final String GATEWAY = "/cra/serviceGateway/services";
  static final String CAPITALIZED_GATEWAY = "/cra/ServiceGateway/Services";
  static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");

  /** The status of the application's own servlet, which gets all other requests. */
  static final int PASSED_ON = 222;

  final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  final FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore());
  final TokenSecurity security;
  final WebApp app = new WebApp(CONTEXT);

  private AllEndpoints(
      Path folder, Map<String, String> settings, @Nullable Authenticator authenticator)
      throws Exception {
    TokenSecurityBuilder builder =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.audience", CONTEXT)
            .setting("token.introspection.role", "admin")
            .setting("token.gateway.paths", "/cra/*")
            // Each request asks the store, so its failures show at once.
            .setting("token.revocation.lag", "PT0S")
            .settings(settings)
            .clock(clock)
            .store(store);
    if (authenticator != null) {
      builder.authenticator(authenticator);
    }
    security = builder.build();
  }

  static AllEndpoints start(Path folder, Map<String, String> settings) throws Exception {
    return start(folder, settings, null);
  }

  /** Starts it with an authenticator instead of the password file, unless it is null. */
  static AllEndpoints start(
      Path folder, Map<String, String> settings, @Nullable Authenticator authenticator)
      throws Exception {
    AllEndpoints all = new AllEndpoints(folder, settings, authenticator);
    try {
      all.mapGateway(GATEWAY + "/*", CAPITALIZED_GATEWAY + "/*");
      all.app
          .filter(new TokenFilter(all.security), Map.of())
          .servlet("/security/rest/*", new AccessTokenServlet())
          .servlet("/routelink/v1/*", new ApiClientServlet())
          .servlet("/oauth/introspect", new IntrospectionServlet())
          .servlet("/oauth/revoke", new RevocationServlet())
          .servlet("/sessions/*", new SessionsServlet())
          .servlet("/openapi.json", new OpenApiServlet());
      for (String verb : List.of("Get", "Query", "Renew", "Revoke")) {
        all.app.servlet("/" + verb + "SessionToken", new TokenQueryServlet());
      }
      all.app
          .servlet(
              "/*",
              (request, response) -> {
                response.setStatus(PASSED_ON);
                response.getWriter().print(request.getRemoteUser());
              })
          .start();
      return all;
    } catch (Exception e) {
      all.close();
      throw e;
    }
  }

  private void mapGateway(String... patterns) {
    FilterHolder gateway = new FilterHolder(new ServiceGatewayFilter(security));
    gateway.setAsyncSupported(true);
    ServletContextHandler context = app.context();
    for (String pattern : patterns) {
      context.addFilter(gateway, pattern, EnumSet.of(DispatcherType.REQUEST));
    }
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return app.get(CONTEXT + path, headers);
  }

  HttpResponse<String> send(String method, String path, String... headers) throws Exception {
    return app.send(method, CONTEXT + path, headers);
  }

  HttpResponse<String> sendBody(
      String method, String path, String contentType, String body, String... headers)
      throws Exception {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return app.sendBody(method, CONTEXT + path, contentType, bytes, headers);
  }

  HttpResponse<String> post(String path, String contentType, String body, String... headers)
      throws Exception {
    return app.post(CONTEXT + path, contentType, body, headers);
  }

  HttpResponse<String> postForm(String path, String form, String... headers) throws Exception {
    return post(path, "application/x-www-form-urlencoded", form, headers);
  }

  HttpResponse<String> postJson(String path, String json, String... headers) throws Exception {
    return post(path, "application/json", json, headers);
  }

  IssuedToken userToken(String subject, String... roles) {
    return security
        .service()
        .issueUser(new Subject(subject, Set.of(roles), Map.of()), null, CLIENT);
  }

  IssuedToken openToken(String subject, int minutes, String... roles) throws Exception {
    return security
        .service()
        .issueOpen(
            new Subject(subject, Set.of(roles), Map.of()), Duration.ofMinutes(minutes), CLIENT);
  }

  Session sessionToken(String subject, String... roles) throws Exception {
    IssuedToken token =
        security
            .service()
            .issueSession(
                new Subject(subject, Set.of(roles), Map.of()), Duration.ZERO, CLIENT, Set.of());
    if (token.sessionId() == null) {
      throw new AssertionError("a session token without its session id");
    }
    return new Session(token.value(), token.sessionId().value());
  }

  IssuedToken clientToken(String subject) throws Exception {
    return security.service().issueApiClientToken(Subject.of(subject), "live", "app1");
  }

  /** Issues an API client's token and refreshes it up to the limit of a minute. */
  IssuedToken tokenAtRefreshLimit(String subject) throws Exception {
    IssuedToken token = clientToken(subject);
    for (int i = 0; i < 60; i++) {
      ClientAddress client = ClientAddress.parse("127.0.0.1");
      token =
          security.service().refresh(new PresentedToken(token.value(), Set.of(), client, false));
    }
    return token;
  }

  /** Opens a gateway session by a request of the user token and returns its id. */
  String openSession(IssuedToken user) throws Exception {
    return get(GATEWAY + "/s1/data?close=false", bearer(user))
        .headers()
        .firstValue("session")
        .orElseThrow();
  }

  /** Revokes a token in the store, without any endpoint. */
  IssuedToken revoked(IssuedToken token, RevocationReason reason) {
    if (store.revoke(token.record().id(), Revocation.of(reason, clock.instant())).isEmpty()) {
      throw new AssertionError("the token was already revoked");
    }
    return token;
  }

  /** Lets another amendment come before each of the next amendments of a token. */
  void overtakeAmendments(IssuedToken token, int times) {
    for (int i = 0; i < times; i++) {
      // Each call of the step is itself an amendment, the next one of the store.
      store.before(Call.AMEND, 2 * i + 1, () -> amendData(token));
    }
  }

  private void amendData(IssuedToken token) {
    TokenRecord record = recordOf(token);
    long version = record.version() + 1;
    store.amend(
        record.id(),
        record.version(),
        record.details().amended(version).data(Map.of("version", version + "")).build(),
        clock.instant());
  }

  /** Returns a token's record from the store. */
  TokenRecord recordOf(IssuedToken token) {
    return store.find(token.record().id()).orElseThrow();
  }

  static String[] bearer(IssuedToken token) {
    return bearer(token.value());
  }

  static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  static String[] basic(String credentials) {
    return new String[] {"Authorization", WebApp.basic(credentials)};
  }

  /** Concatenates two lists of headers. */
  static String[] and(String[] headers, String... more) {
    String[] both = new String[headers.length + more.length];
    System.arraycopy(headers, 0, both, 0, headers.length);
    System.arraycopy(more, 0, both, headers.length, more.length);
    return both;
  }

  @Override
  public void close() {
    app.close();
    security.close();
  }
}
