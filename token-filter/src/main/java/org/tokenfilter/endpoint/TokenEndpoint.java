package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.GuardsItself;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.service.TokenService;

/**
 * The base class of all servlets of this package. Each of them shares the {@link TokenSecurity} of
 * its application.
 */
abstract class TokenEndpoint extends HttpServlet implements GuardsItself {

  @Serial private static final long serialVersionUID = 1L;

  private final transient @Nullable TokenSecurity given;
  private transient @Nullable Participant participant;
  private transient @Nullable Answers answers;

  TokenEndpoint() {
    given = null;
  }

  TokenEndpoint(TokenSecurity security) {
    given = security;
  }

  /**
   * Joins the application. A container does not destroy a servlet whose initialization fails, so
   * the method then releases what it has acquired.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are invalid, or this
   *     instance is already registered: it can have the settings of one registration only
   */
  @Override
  public final void init() {
    if (participant != null) {
      throw Participant.registeredTwice(getServletName());
    }
    participant = Participant.of(getServletConfig(), given);
    try {
      answers = new Answers(participant.security(), wording());
      start(participant.security());
    } catch (RuntimeException e) {
      destroy();
      throw e;
    }
  }

  /**
   * Takes the required components from the application, before the first request.
   *
   * @throws org.tokenfilter.config.ConfigurationException if a required component is missing
   */
  void start(TokenSecurity security) {}

  @Override
  public void destroy() {
    if (participant != null) {
      participant.close();
      participant = null;
    }
  }

  /** Returns the token service of the application. */
  final TokenService service() {
    return participant().security().service();
  }

  /**
   * Returns the servlet's handle on its application.
   *
   * @throws IllegalStateException before the servlet is initialized and after it is destroyed
   */
  final Participant participant() {
    if (participant == null) {
      throw new IllegalStateException("the servlet must be initialized and not destroyed");
    }
    return participant;
  }

  @Override
  protected final void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (answers == null) {
      throw new IllegalStateException("the servlet must be initialized and not destroyed");
    }
    answers.answer(route(request), request, response);
  }

  /** Returns the route at a request's path; null if there is none. */
  abstract @Nullable Route route(HttpServletRequest request);

  /** Returns the format of error responses, by default problem documents. */
  Wording wording() {
    return new Wording() {};
  }
}
