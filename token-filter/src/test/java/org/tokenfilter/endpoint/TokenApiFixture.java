package org.tokenfilter.endpoint;

import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;

/** An application with all families at their usual paths and a page that needs a token. */
record TokenApiFixture(
    SettableClock clock, FaultyTokenStore store, TokenSecurity security, WebApp app)
    implements AutoCloseable {

  static final String SESSION_OPEN = "/routelink/v1/sessionOpen/";
  static final String REFRESH = "/routelink/v1/refreshToken";
  static final String PAGE = "/api/who";

  private static final String GATEWAY = "/cra/serviceGateway/services/*";
  private static final Duration RETENTION = Duration.ofHours(1);

  static TokenApiFixture of(Path folder, Map<String, String> settings) throws Exception {
    return of(folder, settings, "");
  }

  /** Starts it with additional lines in the password file. */
  static TokenApiFixture of(Path folder, Map<String, String> settings, String accounts)
      throws Exception {
    SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00.789Z"));
    FaultyTokenStore store = new FaultyTokenStore(new InMemoryTokenStore(clock, RETENTION));
    Map<String, String> usual = Accounts.settings(folder);
    Files.writeString(folder.resolve("accounts"), accounts, StandardOpenOption.APPEND);
    TokenSecurity security =
        TokenSecurity.builder()
            .settings(usual)
            .setting("token.gateway.paths", GATEWAY)
            .settings(settings)
            .clock(clock)
            .store(store)
            .build();
    WebApp app = new WebApp();
    app.context()
        .addFilter(
            new FilterHolder(new ServiceGatewayFilter(security)),
            GATEWAY,
            EnumSet.of(DispatcherType.REQUEST));
    app.filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/routelink/v1/*", new ApiClientServlet())
        .servlet("/sessions/*", new SessionsServlet())
        .servlet(
            PAGE,
            (request, response) ->
                response.getWriter().print(request.getUserPrincipal().getName()));
    for (String path :
        new String[] {
          "/GetSessionToken", "/QuerySessionToken", "/RenewSessionToken", "/RevokeSessionToken"
        }) {
      app.servlet(path, new TokenQueryServlet());
    }
    app.servlet("/base/*", new TokenQueryServlet());
    return new TokenApiFixture(clock, store, security, app.start());
  }

  /** Requests the page with this token. */
  HttpResponse<String> getPage(String token) throws IOException, InterruptedException {
    return app.get(PAGE, "Authorization", "Bearer " + token);
  }

  /** Deletes all records that have been dead for the retention. */
  void sweep() {
    Instant now = clock.instant();
    store.sweep(0, now, now.minus(RETENTION), Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    app.close();
    security.close();
  }
}
