package org.tokenfilter.filter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.config.TokenSecurityBuilder;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/**
 * An application behind a service gateway: {@code /gate/*} are gateway paths, {@code /public/*}
 * public ones. The header {@code X-Do} of a request names its action at {@code /gate/do}.
 */
final class GatewayFixture implements AutoCloseable {

  static final Subject ALICE = Subject.of("alice", "user");
  static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");
  static final Duration IDLE = Duration.ofMinutes(15);

  private static final int TIMEOUT_SECONDS = 30;

  /** Much longer than a dispatch; Jetty 12.0 may lose a timeout of a millisecond. */
  private static final int EXPIRY_MILLIS = 250;

  final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  final InMemoryTokenStore memory = new InMemoryTokenStore(clock, Duration.ofHours(1));
  final FaultyTokenStore store = new FaultyTokenStore(memory);
  final AtomicInteger served = new AtomicInteger();
  final TokenSecurity security;
  final WebApp app = new WebApp();

  /** The user of each run of the application. */
  private final BlockingQueue<TokenPrincipal> seen = new LinkedBlockingQueue<>();

  /** Asynchronous requests that wait for the test. */
  private final BlockingQueue<AsyncContext> waiting = new LinkedBlockingQueue<>();

  /** Dispatches that have left all filters. */
  private final BlockingQueue<DispatcherType> returned = new LinkedBlockingQueue<>();

  GatewayFixture(Path folder, String... settings) throws Exception {
    TokenSecurityBuilder builder =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.gateway.paths", "/gate/*")
            .setting("token.paths.public", "/public/*")
            .setting("token.paths.passive", "/gate/ping, /api/ping")
            .setting("token.carriers", "bearer,cookie")
            .clock(clock)
            .store(store);
    for (int i = 0; i < settings.length; i += 2) {
      builder.setting(settings[i], settings[i + 1]);
    }
    security = builder.build();
    FilterHolder outermost =
        new FilterHolder(
            (Filter)
                (request, response, chain) -> {
                  try {
                    chain.doFilter(request, response);
                  } finally {
                    returned.add(request.getDispatcherType());
                  }
                });
    outermost.setAsyncSupported(true);
    app.context().addFilter(outermost, "/*", EnumSet.allOf(DispatcherType.class));
    app.filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet());
    for (String path : List.of("/gate/who", "/gate/ping", "/api/who", "/api/ping")) {
      app.servlet(path, this::showUser);
    }
    app.servlet("/gate/do", this::perform)
        .servlet("/gate/error", this::showUser)
        .servlet("/gate/forward", to("/gate/who", true))
        .servlet("/gate/include", to("/gate/who", false))
        .servlet("/api/forward", to("/gate/who", true))
        .servlet("/public/forward", to("/gate/who", true))
        .servlet("/public/forward-do", to("/gate/do", true))
        .servlet("/public/include", to("/gate/who", false))
        .servlet(
            "/gate/wait",
            (request, response) -> {
              AsyncContext async = request.startAsync();
              async.setTimeout(0);
              waiting.add(async);
            });
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(418, "/gate/error");
    app.context().setErrorHandler(errors);
    app.start();
  }

  private static WebApp.Action to(String target, boolean forward) {
    return (request, response) -> {
      RequestDispatcher dispatcher =
          Objects.requireNonNull(request.getRequestDispatcher(target), target);
      if (forward) {
        dispatcher.forward(request, response);
      } else {
        response.getWriter().print("[");
        dispatcher.include(request, response);
        response.getWriter().print("]");
      }
    };
  }

  private void showUser(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    TokenPrincipal principal = recordRun(request);
    response.getWriter().print(principal.name() + " in " + principal.sessionTokenId());
  }

  private TokenPrincipal recordRun(HttpServletRequest request) {
    TokenPrincipal principal = (TokenPrincipal) request.getUserPrincipal();
    served.incrementAndGet();
    seen.add(principal);
    return principal;
  }

  private void perform(HttpServletRequest request, HttpServletResponse response) throws Exception {
    String what = Objects.requireNonNull(request.getHeader("X-Do"));
    if (request.getDispatcherType() == DispatcherType.ASYNC) {
      finish(what.replace("async ", ""), response);
      return;
    }
    recordRun(request);
    if (what.equals("async timeout")) {
      request.startAsync().setTimeout(EXPIRY_MILLIS);
    } else if (what.equals("async flush, timeout")) {
      response.getWriter().print("half of ");
      response.flushBuffer();
      request.startAsync().setTimeout(EXPIRY_MILLIS);
    } else if (what.startsWith("async ") && what.endsWith("throw")) {
      request.startAsync().dispatch();
    } else if (what.startsWith("async ")) {
      AsyncContext async = request.startAsync();
      async.start(
          () -> {
            response.setStatus(Integer.parseInt(what.replace("async ", "")));
            async.complete();
          });
    } else {
      finish(what, response);
    }
  }

  private static void finish(String what, HttpServletResponse response) throws IOException {
    switch (what) {
      case "send 500" -> response.sendError(500);
      case "send 418" -> response.sendError(418);
      case "throw" -> throw new IllegalStateException("the application's own");
      case "flush, throw" -> {
        response.getWriter().print("half of ");
        response.flushBuffer();
        throw new IllegalStateException("the application's own");
      }
      default -> response.setStatus(Integer.parseInt(what));
    }
  }

  /** Issues a user token for Alice. */
  IssuedToken issueUserToken() {
    return security.service().issueUser(ALICE, null, CLIENT);
  }

  /** Opens a session by a request and resets the counters. */
  SessionId openSession(IssuedToken user) throws Exception {
    String id = get("/gate/who?close=false", user).headers().firstValue("session").orElseThrow();
    reset();
    return SessionId.parse(id);
  }

  /** Resets the counters and queues. */
  void reset() {
    served.set(0);
    seen.clear();
    returned.clear();
  }

  HttpResponse<String> get(String path, IssuedToken token, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + token.value()));
    all.addAll(List.of(headers));
    return app.get(path, all.toArray(new String[0]));
  }

  /** Sends a request for an action; the response may be aborted if it was flushed. */
  void sendAction(String what, String path, IssuedToken token, @Nullable SessionId session)
      throws Exception {
    List<String> headers = new ArrayList<>(List.of("X-Do", what));
    if (session != null) {
      headers.addAll(List.of("session", session.value()));
    }
    try {
      get(path, token, headers.toArray(new String[0]));
    } catch (IOException brokenOff) {
      if (!what.contains("flush")) {
        throw brokenOff;
      }
    }
  }

  /** Returns the user of the next run of the application. */
  TokenPrincipal seen() throws InterruptedException {
    return Objects.requireNonNull(seen.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
  }

  /** Returns an asynchronous request that has left the filters and is not complete. */
  AsyncContext waiting() throws InterruptedException {
    Objects.requireNonNull(returned.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    return Objects.requireNonNull(waiting.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS));
  }

  TokenRecord stored(TokenId id) {
    return memory.find(id).orElseThrow();
  }

  boolean isLive(TokenId id) {
    return stored(id).liveAt(clock.instant());
  }

  List<TokenRecord> liveTokens() {
    return memory.list("alice", clock.instant(), null, 1_000);
  }

  @Override
  public void close() {
    app.close();
    security.close();
  }
}
