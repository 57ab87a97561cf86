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

/** What all servlets of this room have in common: they belong to an application. */
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
   * Joins the application; a container does not destroy a servlet whose start has failed.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are wrong, or this
   *     instance has been registered already: it has the settings of one registration
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

  /** The life of tokens. */
  final TokenService service() {
    return participant().security().service();
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
    if (answers == null) {
      throw new IllegalStateException("not in service");
    }
    answers.answer(route(request), request, response);
  }

  /** What is at the request's path; null if nothing is. */
  abstract @Nullable Route route(HttpServletRequest request);

  /** How it words what is refused. */
  Wording wording() {
    return new Wording() {};
  }
}
