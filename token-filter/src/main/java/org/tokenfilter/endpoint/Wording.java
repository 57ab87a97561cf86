package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.token.Rejection;

/** How a family words what is refused or fails; by itself as problems (RFC 9457). */
interface Wording {

  /** The answer to what is refused. */
  default Problem refusal(Rejection rejection, Problems problems) {
    return problems.of(rejection);
  }

  /** The answer where the store, or another part, could not. */
  default Problem failure(Problems problems) {
    return problems.unavailable();
  }

  /**
   * Sends such an answer.
   *
   * @param why in words, for clients that are told; holds no secret
   */
  default void send(
      Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    problem.send(response);
  }
}
