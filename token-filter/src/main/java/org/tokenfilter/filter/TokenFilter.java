package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Admitted;
import org.tokenfilter.filter.Decision.Refused;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Lets a request through to what it asks for if it presents a good token, and refuses it otherwise.
 * Map it to all paths and all dispatcher types, with async support:
 *
 * <pre>{@code
 * <filter>
 *   <filter-name>token</filter-name>
 *   <filter-class>org.tokenfilter.filter.TokenFilter</filter-class>
 *   <async-supported>true</async-supported>
 * </filter>
 * <filter-mapping>
 *   <filter-name>token</filter-name>
 *   <url-pattern>/*</url-pattern>
 *   <dispatcher>REQUEST</dispatcher> <dispatcher>FORWARD</dispatcher>
 *   <dispatcher>INCLUDE</dispatcher> <dispatcher>ASYNC</dispatcher>
 *   <dispatcher>ERROR</dispatcher>
 * </filter-mapping>
 * }</pre>
 *
 * <p>The exchange:
 *
 * <pre>
 *   GET /api/orders                               401 Unauthorized
 *                                                 WWW-Authenticate: Bearer realm="shop"
 *
 *   GET /api/orders                               200 OK
 *   Authorization: Bearer eyJ...                  Token-Remaining: 1800000
 *   Cookie: SESSION=q3W...
 * </pre>
 *
 * <p>It reads no body and wraps no response. Thread-safe between {@link #init} and {@link
 * #destroy}.
 */
public class TokenFilter implements Filter {

  private static final Logger LOG = LoggerFactory.getLogger(TokenFilter.class);

  /** Milliseconds that the token lives on if this request succeeds; absent if it never expires. */
  private static final String REMAINING = "Token-Remaining";

  private final @Nullable TokenSecurity given;
  private @Nullable Gate gate;

  /** For web.xml and annotations: settings come from init-params and their other sources. */
  public TokenFilter() {
    given = null;
  }

  /** For code: the settings are those of this one, which stays the caller's to close. */
  public TokenFilter(TokenSecurity security) {
    given = security;
  }

  /** What the filter has while it is in service. */
  private record Gate(Participant participant, PublicPaths publicPaths, OwnEndpoints endpoints) {}

  /**
   * Takes its settings, and makes the application's TokenSecurity if there is none yet.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are wrong
   */
  @Override
  public void init(FilterConfig config) {
    Participant participant = Participant.of(config, given);
    gate =
        new Gate(
            participant,
            new PublicPaths(participant.publicPaths()),
            new OwnEndpoints(config.getServletContext()));
  }

  @Override
  public void destroy() {
    if (gate != null) {
      gate.participant().close();
      gate = null;
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (gate == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      throw new ServletException("only HTTP requests, and only between init and destroy");
    }
    filter(gate, http, answer, chain);
  }

  private static void filter(
      Gate gate, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Decision decision = Decision.of(request, gate.participant().security());
    if (request.getDispatcherType() == DispatcherType.ERROR) {
      goOn(gate, decision, request, response, chain);
      return;
    }
    if (gate.publicPaths().isPublic(request) || gate.endpoints().receives(request)) {
      chain.doFilter(request, response);
      return;
    }
    boolean decidesHere = decision == null;
    if (decision == null) {
      decision = decide(gate.participant(), request);
      request.setAttribute(Decision.ATTRIBUTE, decision);
    }
    if (decision instanceof Refused refused) {
      refuse(refused.answer(), request, response);
      return;
    }
    Admitted admitted = (Admitted) decision;
    if (decidesHere) {
      announceRemaining(admitted.token(), response);
    }
    goOn(gate, admitted, request, response, chain);
    if (decidesHere) {
      Success.of(admitted.token(), gate.participant().security().service())
          .judge(request, response);
    }
  }

  /** Fails closed: whatever goes wrong here, the request does not go on. */
  private static Decision decide(Participant participant, HttpServletRequest request) {
    TokenSecurity security = participant.security();
    try {
      ActiveToken token = participant.authenticate(request);
      return new Admitted(security, token, TokenPrincipal.of(token));
    } catch (TokenRejectedException refused) {
      LOG.debug("Refused: {}", refused.why());
      return new Refused(security, security.problems().of(refused.rejection()));
    } catch (RuntimeException | Error failure) {
      LOG.warn("A request could not be decided, and is refused", failure);
      return new Refused(security, security.problems().unavailable());
    }
  }

  /**
   * Inside of another answer nothing can be refused aloud: then nothing is written, and not run.
   */
  private static void refuse(
      Problem answer, HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted()) {
      answer.send(response);
    }
  }

  private static void announceRemaining(ActiveToken token, HttpServletResponse response) {
    var remaining = token.remaining();
    if (remaining != null) {
      response.setHeader(REMAINING, Long.toString(remaining.toMillis()));
    }
  }

  private static void goOn(
      Gate gate,
      @Nullable Decision decision,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    boolean wrap =
        decision instanceof Admitted admitted
            && !(request.getUserPrincipal() instanceof TokenPrincipal);
    chain.doFilter(
        wrap
            ? new AuthenticatedRequest(
                request, response, gate.participant(), ((Admitted) decision).principal())
            : request,
        response);
  }
}
