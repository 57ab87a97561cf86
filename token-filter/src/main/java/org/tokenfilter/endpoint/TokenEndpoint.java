package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.GuardsItself;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.TokenRejectedException;

/**
 * What all endpoints have in common: they belong to an application, no answer of theirs is stored,
 * and a refusal or a failure becomes an answer here and nowhere else.
 */
abstract class TokenEndpoint extends HttpServlet implements GuardsItself {

  private static final Logger LOG = LoggerFactory.getLogger(TokenEndpoint.class);
  @Serial private static final long serialVersionUID = 1L;

  private transient @Nullable Participant participant;

  /** Joins the application; a container does not destroy a servlet whose start has failed. */
  @Override
  public final void init() {
    participant = Participant.of(getServletConfig());
    try {
      start(participant.security());
    } catch (RuntimeException e) {
      destroy();
      throw e;
    }
  }

  /**
   * Takes what it needs from the application, before the first request.
   *
   * @throws org.tokenfilter.config.ConfigurationException if that is missing
   */
  void start(TokenSecurity security) {}

  @Override
  public void destroy() {
    if (participant != null) {
      participant.close();
      participant = null;
    }
  }

  /** Its share in the application, while it is in service. */
  final Participant participant() {
    if (participant == null) {
      throw new IllegalStateException("not in service");
    }
    return participant;
  }

  @Override
  protected final void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Problem.forbidStoring(response);
    try {
      answer(route(request), request, response);
    } catch (TokenRejectedException refused) {
      LOG.debug("Refused: {}", refused.why());
      participant().security().problems().of(refused.rejection()).send(response);
    } catch (IOException | RuntimeException | Error failure) {
      if (response.isCommitted()) {
        throw failure;
      }
      LOG.warn("A request could not be answered", failure);
      participant().security().problems().unavailable().send(response);
    }
  }

  /** What is at the request's path; null if nothing is. */
  abstract @Nullable Route route(HttpServletRequest request);

  private void answer(
      @Nullable Route route, HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException, IOException {
    Problems problems = participant().security().problems();
    if (route == null) {
      problems.notFound().send(response);
    } else if (!route.methods().contains(request.getMethod())) {
      problems.methodNotAllowed(String.join(", ", route.methods())).send(response);
    } else {
      route.action().answer(request, response);
    }
  }
}
