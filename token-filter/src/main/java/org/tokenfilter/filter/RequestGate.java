package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.RefusalWarnings;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Denied;
import org.tokenfilter.filter.Decision.Granted;
import org.tokenfilter.filter.DispatchHistory.PublicDispatch;
import org.tokenfilter.filter.GatewaySession.CloseWhen;
import org.tokenfilter.filter.GatewaySession.SessionUse;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The processing of a request by the filter. The first dispatch to a protected target decides, and
 * later dispatches follow its decision. The dispatch that decided determines whether the request
 * succeeded.
 */
final class RequestGate implements AutoCloseable {

  /**
   * The header with the milliseconds until the token expires if this request succeeds. The header
   * is absent if the token never expires.
   */
  private static final String REMAINING_HEADER = "Token-Remaining";

  /** Methods whose response repeats the request with all its secrets (RFC 9110, 9.3.8). */
  private static final Set<String> REFLECTING_METHODS = Set.of("TRACE", "TRACK");

  /** Paths that no client can request. */
  private static final PathPatterns INTERNAL_PATHS = new PathPatterns(List.of("/WEB-INF/*"));

  private static final String ALLOWED_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";

  private final SecurityHandle handle;
  private final TokenSecurity security;
  private final ServletContext context;
  private final String historyAttribute;
  private final PathPatterns publicPaths;
  private final PathPatterns passivePaths;
  private final PathPatterns gatewayPaths;
  private final WelcomeFiles welcomeFiles;
  private final GatewaySession gatewaySession;
  private final ProtectedEndpoints protectedEndpoints;
  private final RefusalWarnings warnings;
  private final DenialHandler denialHandler;

  RequestGate(SecurityHandle handle, ServletContext context) {
    this.handle = handle;
    this.security = handle.security();
    this.context = context;
    // Every filter has its own history, also a filter of another application.
    this.historyAttribute = DispatchHistory.class.getName() + '-' + new SecureRandom().nextLong();
    this.publicPaths = new PathPatterns(handle.publicPaths());
    this.passivePaths = new PathPatterns(handle.passivePaths());
    this.gatewayPaths = new PathPatterns(handle.gatewayPaths());
    this.welcomeFiles = new WelcomeFiles(context, publicPaths);
    this.gatewaySession = new GatewaySession(handle);
    this.protectedEndpoints = new ProtectedEndpoints(context, handle.classLoader());
    this.warnings = new RefusalWarnings(security);
    this.denialHandler = new DenialHandler(handle, context, publicPaths);
  }

  /** Filters one dispatch of a request. */
  void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      route(request, response, chain);
    } catch (Throwable failure) {
      if (request.getDispatcherType() == DispatcherType.ASYNC) {
        RequestCompletion.onLaterDispatchFailed(request);
      }
      throw failure;
    }
  }

  /** Refuses a request without a decision about it. */
  void refuse(HttpServletResponse response) throws IOException {
    security.problems().unavailable().send(response);
  }

  private void route(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (REFLECTING_METHODS.contains(request.getMethod())) {
      security.problems().methodNotAllowed(ALLOWED_METHODS).send(response);
      return;
    }
    Decision earlier = Decision.of(request, security);
    Dispatch dispatch = Dispatch.of(request, chain, context);
    DispatchHistory history = DispatchHistory.of(request, historyAttribute);
    if (history != null) {
      history.observe(dispatch);
    }
    if (history != null && history.isActive(dispatch)) {
      chain.doFilter(request, response);
    } else if (protectedEndpoints.matches(request)) {
      // Also on a public path: an endpoint that issues a token ignores the presented one.
      chain.doFilter(request, response);
    } else if (isErrorPage(dispatch, history) || needsNoToken(dispatch, history)) {
      chain(dispatch, request, response, chain);
    } else if (earlier == null) {
      Decision decision = decide(dispatch.path(), request, response);
      decision.storeIn(request);
      applyAndComplete(decision, request, response, chain);
    } else {
      applyDecision(earlier, request, response, chain);
    }
  }

  /**
   * Returns whether a dispatch shows the error page. The first one of a request is shown at any
   * path, because it reports the decision or the failure.
   */
  private static boolean isErrorPage(Dispatch dispatch, @Nullable DispatchHistory history) {
    return dispatch.type() == DispatcherType.ERROR
        && (history == null || !history.hasSeenErrorPage());
  }

  /**
   * Returns whether a dispatch needs no token: its target is public, the welcome file of a public
   * path, or a view of a public page.
   */
  private boolean needsNoToken(Dispatch dispatch, @Nullable DispatchHistory history) {
    boolean shown =
        publicPaths.matches(dispatch.path())
            || (INTERNAL_PATHS.matches(dispatch.path())
                && history != null
                && history.isNestedInPage(dispatch))
            || welcomeFiles.matches(dispatch, history);
    return shown && (history == null || !history.mayBeByName(dispatch));
  }

  /**
   * Lets a dispatch pass that needs no token. An error page knows the user of a granted request.
   */
  private void chain(
      Dispatch dispatch,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    Decision earlier = Decision.of(request, security);
    HttpServletRequest wrapped =
        dispatch.type() == DispatcherType.ERROR && earlier != null
            ? wrap(earlier, request, response)
            : wrapForPublicPath(dispatch, request, response);
    DispatchHistory history = DispatchHistory.getOrCreate(request, historyAttribute);
    PublicDispatch publicDispatch = PublicDispatch.of(dispatch);
    history.enter(publicDispatch);
    try {
      chain.doFilter(wrapped, response);
    } finally {
      history.leave(publicDispatch, request.isAsyncStarted());
    }
  }

  /** Decides about a request. Fails closed: after any failure the request does not pass. */
  private Decision decide(
      @Nullable String path, HttpServletRequest request, HttpServletResponse response) {
    Problems problems = security.problems();
    try {
      boolean gateway = gatewayPaths.matches(path);
      PresentedToken presented =
          gateway ? handle.readTokenAtGateway(request) : handle.readToken(request);
      if (presented.ambient()) {
        security.guard().checkUnsafe(request);
      }
      ActiveToken token = security.service().validate(presented);
      ActiveToken counted = passivePaths.matches(path) ? token.asPassive() : token;
      SessionUse sessionUse =
          gateway
              ? gatewaySession.resolve(counted, presented, request, response)
              : new SessionUse(counted, CloseWhen.NEVER);
      warnings.requestDecided();
      return new Granted(security, sessionUse);
    } catch (TokenRejectedException refused) {
      warnings.requestDecided();
      warnings.requestRefused(request, refused);
      return new Denied(security, problems.of(refused.rejection()));
    } catch (RuntimeException | Error failure) {
      warnings.requestFailed(failure);
      return new Denied(security, problems.unavailable());
    }
  }

  /** Applies the decision and completes the request, also after a failure. */
  private void applyAndComplete(
      Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (!(decision instanceof Granted granted)) {
      applyDecision(decision, request, response, chain);
      return;
    }
    RequestCompletion completion = new RequestCompletion(granted.sessionUse(), security, request);
    try {
      applyDecision(decision, request, response, chain);
    } catch (Throwable failure) {
      completion.failed();
      throw failure;
    }
    completion.onChainReturned(request, response);
  }

  private void applyDecision(
      Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (decision instanceof Denied denied) {
      refuse(denied.problem(), request, response);
    } else {
      chain.doFilter(wrap(decision, request, response), response);
    }
  }

  /**
   * Refuses a request. Within another response a refusal cannot be shown, so nothing is written,
   * and the target does not run.
   */
  private void refuse(Problem answer, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getDispatcherType() != DispatcherType.REQUEST) {
      warnings.dispatchRefused(request);
    }
    if (request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted()) {
      denialHandler.send(answer, request, response);
    }
  }

  /**
   * Wraps the request for a public page, which may query the user and log in and out. The targets
   * of the page's own dispatches share its wrapper.
   */
  private HttpServletRequest wrapForPublicPath(
      Dispatch dispatch, HttpServletRequest request, HttpServletResponse response) {
    if (AuthenticatedRequest.isWrapped(request)) {
      return request;
    }
    DeferredAuthentication deferredAuthentication =
        new DeferredAuthentication(
            request, handle, warnings, gatewayPaths.matches(dispatch.path()));
    return new AuthenticatedRequest(request, response, handle, deferredAuthentication);
  }

  /**
   * Wraps the request for the user of the decision. Returns it unchanged if it is wrapped already
   * or if it was not granted.
   */
  private HttpServletRequest wrap(
      @Nullable Decision decision, HttpServletRequest request, HttpServletResponse response) {
    if (!(decision instanceof Granted granted)
        || (AuthenticatedRequest.isFor(granted.principal(), request)
            && request.getUserPrincipal() == granted.principal())) {
      return request;
    }
    Instant deadline = granted.principal().expiresAt();
    if (deadline != null && !response.isCommitted()) {
      Duration remaining = Duration.between(granted.token().usedAt(), deadline);
      response.setHeader(REMAINING_HEADER, Long.toString(remaining.toMillis()));
    }
    return new AuthenticatedRequest(request, response, handle, granted.principal());
  }

  @Override
  public void close() {
    handle.close();
  }
}
