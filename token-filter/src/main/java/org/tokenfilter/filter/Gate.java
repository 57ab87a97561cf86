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
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.RefusalNotices;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Admitted;
import org.tokenfilter.filter.Decision.Refused;
import org.tokenfilter.filter.SessionContinuation.End;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.filter.Trail.Entered;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The processing of a request by the filter. The first dispatch to a protected target decides, and
 * later dispatches follow its decision. The dispatch that decided determines whether the request
 * succeeded.
 */
final class Gate implements AutoCloseable {

  /**
   * The header with the milliseconds until the token expires if this request succeeds. The header
   * is absent if the token never expires.
   */
  private static final String REMAINING = "Token-Remaining";

  /** Methods whose response repeats the request with all its secrets (RFC 9110, 9.3.8). */
  private static final Set<String> ECHOES = Set.of("TRACE", "TRACK");

  /** Paths that no client can request. */
  private static final PathPatterns INSIDE = new PathPatterns(List.of("/WEB-INF/*"));

  private static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH";

  private final Participant participant;
  private final TokenSecurity security;
  private final ServletContext context;
  private final String trailAttribute;
  private final PathPatterns publicPaths;
  private final PathPatterns passivePaths;
  private final PathPatterns gatewayPaths;
  private final WelcomeFiles welcomeFiles;
  private final SessionContinuation continuation;
  private final OwnEndpoints endpoints;
  private final RefusalNotices notices;
  private final Refusals refusals;

  Gate(Participant participant, ServletContext context) {
    this.participant = participant;
    this.security = participant.security();
    this.context = context;
    // Every filter has its own history, also a filter of another application.
    this.trailAttribute = Trail.class.getName() + '-' + new SecureRandom().nextLong();
    this.publicPaths = new PathPatterns(participant.publicPaths());
    this.passivePaths = new PathPatterns(participant.passivePaths());
    this.gatewayPaths = new PathPatterns(participant.gatewayPaths());
    this.welcomeFiles = new WelcomeFiles(context, publicPaths);
    this.continuation = new SessionContinuation(participant);
    this.endpoints = new OwnEndpoints(context, participant.classLoader());
    this.notices = new RefusalNotices(security);
    this.refusals = new Refusals(participant, context, publicPaths);
  }

  /** Filters one dispatch of a request. */
  void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      letPass(request, response, chain);
    } catch (Throwable failure) {
      if (request.getDispatcherType() == DispatcherType.ASYNC) {
        Settlement.failedAgain(request);
      }
      throw failure;
    }
  }

  /** Refuses a request without a decision about it. */
  void refuse(HttpServletResponse response) throws IOException {
    security.problems().unavailable().send(response);
  }

  private void letPass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (ECHOES.contains(request.getMethod())) {
      security.problems().methodNotAllowed(ALLOWED).send(response);
      return;
    }
    Decision earlier = Decision.of(request, security);
    Dispatch dispatch = Dispatch.of(request, chain, context);
    Trail trail = Trail.of(request, trailAttribute);
    if (trail != null) {
      trail.note(dispatch);
    }
    if (trail != null && trail.has(dispatch)) {
      chain.doFilter(request, response);
    } else if (endpoints.receives(request)) {
      // Also on a public path: an endpoint that issues a token ignores the presented one.
      chain.doFilter(request, response);
    } else if (isErrorPage(dispatch, trail) || isOpen(dispatch, trail)) {
      serve(dispatch, request, response, chain);
    } else if (earlier == null) {
      Decision decision = decide(dispatch.path(), request, response);
      decision.keepIn(request);
      followFirst(decision, request, response, chain);
    } else {
      follow(earlier, request, response, chain);
    }
  }

  /**
   * Returns whether a dispatch shows the error page. The first one of a request is shown at any
   * path, because it reports the decision or the failure.
   */
  private static boolean isErrorPage(Dispatch dispatch, @Nullable Trail trail) {
    return dispatch.type() == DispatcherType.ERROR && (trail == null || !trail.knowsErrorPage());
  }

  /**
   * Returns whether a dispatch needs no token: its target is public, the welcome file of a public
   * path, or a view of a public page.
   */
  private boolean isOpen(Dispatch dispatch, @Nullable Trail trail) {
    boolean shown =
        publicPaths.cover(dispatch.path())
            || (INSIDE.cover(dispatch.path()) && trail != null && trail.isWithinPage(dispatch))
            || welcomeFiles.have(dispatch, trail);
    return shown && (trail == null || !trail.mayBeByName(dispatch));
  }

  /**
   * Lets a dispatch pass that needs no token. An error page knows the user of a granted request.
   */
  private void serve(
      Dispatch dispatch,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    Decision earlier = Decision.of(request, security);
    HttpServletRequest goesOn =
        dispatch.type() == DispatcherType.ERROR && earlier != null
            ? as(earlier, request, response)
            : asVisitor(dispatch, request, response);
    Trail trail = Trail.orNew(request, trailAttribute);
    Entered entered = Entered.by(dispatch);
    trail.enter(entered);
    try {
      chain.doFilter(goesOn, response);
    } finally {
      trail.leave(entered, request.isAsyncStarted());
    }
  }

  /** Decides about a request. Fails closed: after any failure the request does not pass. */
  private Decision decide(
      @Nullable String path, HttpServletRequest request, HttpServletResponse response) {
    Problems problems = security.problems();
    try {
      boolean gateway = gatewayPaths.cover(path);
      PresentedToken presented =
          gateway ? participant.presentAtGateway(request) : participant.present(request);
      if (presented.ambient()) {
        security.guard().checkUnsafe(request);
      }
      ActiveToken token = security.service().validate(presented);
      ActiveToken counted = passivePaths.cover(path) ? token.lookedAt() : token;
      Stay stay =
          gateway
              ? continuation.enter(counted, presented, request, response)
              : new Stay(counted, End.LATER);
      notices.decided();
      return new Admitted(security, stay);
    } catch (TokenRejectedException refused) {
      notices.decided();
      notices.refused(request, refused);
      return new Refused(security, problems.of(refused.rejection()));
    } catch (RuntimeException | Error failure) {
      notices.failed(failure);
      return new Refused(security, problems.unavailable());
    }
  }

  /** Applies the decision and completes the request, also after a failure. */
  private void followFirst(
      Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (!(decision instanceof Admitted admitted)) {
      follow(decision, request, response, chain);
      return;
    }
    Settlement settlement = new Settlement(admitted.stay(), security, request);
    try {
      follow(decision, request, response, chain);
    } catch (Throwable failure) {
      settlement.failed();
      throw failure;
    }
    settlement.judge(request, response);
  }

  private void follow(
      Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    if (decision instanceof Refused refused) {
      refuse(refused.answer(), request, response);
    } else {
      chain.doFilter(as(decision, request, response), response);
    }
  }

  /**
   * Refuses a request. Within another response a refusal cannot be shown, so nothing is written,
   * and the target does not run.
   */
  private void refuse(Problem answer, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getDispatcherType() != DispatcherType.REQUEST) {
      notices.refusedDispatch(request);
    }
    if (request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted()) {
      refusals.send(answer, request, response);
    }
  }

  /**
   * Wraps the request for a public page, which may query the user and log in and out. The targets
   * of the page's own dispatches share its wrapper.
   */
  private HttpServletRequest asVisitor(
      Dispatch dispatch, HttpServletRequest request, HttpServletResponse response) {
    if (AuthenticatedRequest.isWithin(request)) {
      return request;
    }
    Visitor visitor =
        new Visitor(request, participant, notices, gatewayPaths.cover(dispatch.path()));
    return new AuthenticatedRequest(request, response, participant, visitor);
  }

  /**
   * Wraps the request for the user of the decision. Returns it unchanged if it is wrapped already
   * or if it was not granted.
   */
  private HttpServletRequest as(
      @Nullable Decision decision, HttpServletRequest request, HttpServletResponse response) {
    if (!(decision instanceof Admitted admitted)
        || (AuthenticatedRequest.isOf(admitted.principal(), request)
            && request.getUserPrincipal() == admitted.principal())) {
      return request;
    }
    Instant deadline = admitted.principal().deadline();
    if (deadline != null && !response.isCommitted()) {
      Duration remaining = Duration.between(admitted.token().usedAt(), deadline);
      response.setHeader(REMAINING, Long.toString(remaining.toMillis()));
    }
    return new AuthenticatedRequest(request, response, participant, admitted.principal());
  }

  @Override
  public void close() {
    participant.close();
  }
}
