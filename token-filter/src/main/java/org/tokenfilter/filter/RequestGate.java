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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Denied;
import org.tokenfilter.filter.Decision.Granted;
import org.tokenfilter.filter.DispatchHistory.PublicDispatch;

/**
 * The processing of a request by the filter, which runs for each of its dispatches. The first
 * dispatch to a protected target decides, and later dispatches follow its decision. The dispatch
 * that decided determines whether the request succeeded.
 */
final class RequestGate {

  /**
   * The header with the milliseconds until the token expires if this request succeeds. The header
   * is absent if the token never expires.
   */
  private static final String REMAINING_HEADER = "Token-Remaining";

  /** Methods whose response repeats the request with all its secrets (RFC 9110, 9.3.8). */
  private static final Set<String> REFLECTING_METHODS = Set.of("TRACE", "TRACK");

  private static final String ALLOWED_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";

  private final SecurityHandle handle;
  private final TokenSecurity security;
  private final ServletContext context;
  private final String historyAttribute;
  private final PublicTargets publicTargets;
  private final SelfProtectedEndpoints selfProtectedEndpoints;
  private final AccessDecider decider;
  private final RefusalWarnings warnings;
  private final DenialHandler denialHandler;

  RequestGate(SecurityHandle handle, ServletContext context) {
    this.handle = handle;
    this.security = handle.security();
    this.context = context;
    // Every filter has its own history, also a filter of another application.
    this.historyAttribute = DispatchHistory.class.getName() + '-' + new SecureRandom().nextLong();
    PathPatterns publicPaths = new PathPatterns(handle.settings().publicPaths());
    this.publicTargets = new PublicTargets(context, publicPaths);
    this.selfProtectedEndpoints = new SelfProtectedEndpoints(context, handle.classLoader());
    this.warnings =
        new RefusalWarnings(
            security.operatorLog(), security.proxies(), security.storeCalls()::isHealthy);
    this.decider = new AccessDecider(handle, warnings);
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
    Dispatch dispatch = Dispatch.of(request, chain, context);
    DispatchHistory history = DispatchHistory.of(request, historyAttribute);
    if (history != null) {
      history.observe(dispatch);
    }
    Decision earlier = Decision.of(request, security);
    if (history != null && history.isActive(dispatch)) {
      chain.doFilter(request, response);
    } else if (selfProtectedEndpoints.matches(request)) {
      // Also on a public path: an endpoint that issues a token ignores the presented one.
      chain.doFilter(request, response);
    } else if (publicTargets.matches(dispatch, history)) {
      passWithoutToken(dispatch, earlier, request, response, chain);
    } else if (earlier != null) {
      follow(earlier, request, response, chain);
    } else {
      Decision decision = decider.decide(dispatch.path(), request, response);
      decision.storeIn(request);
      followAndComplete(decision, request, response, chain);
    }
  }

  /**
   * Lets a dispatch pass that needs no token. An error page knows the user of a granted request.
   */
  private void passWithoutToken(
      Dispatch dispatch,
      @Nullable Decision earlier,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
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

  /** Follows the first decision about a request, and completes it, also after a failure. */
  private void followAndComplete(
      Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (!(decision instanceof Granted granted)) {
      follow(decision, request, response, chain);
      return;
    }
    RequestCompletion completion = new RequestCompletion(granted, request);
    try {
      follow(granted, request, response, chain);
    } catch (Throwable failure) {
      completion.failed();
      throw failure;
    }
    completion.onChainReturned(request, response);
  }

  /** Lets a dispatch pass or refuses it, as decided about the request. */
  private void follow(
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
        new DeferredAuthentication(dispatch.path(), request, security, decider, warnings);
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
}
