package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.token.Rejection;

/** The error format of a family of clients; by default problem documents (RFC 9457). */
interface ErrorFormat {

  /** Returns the response to a rejected request. */
  default Problem problemFor(Rejection rejection, Problems problems) {
    return problems.of(rejection);
  }

  /** Returns the response to a failure of the store or another component. */
  default Problem problemForFailure(Problems problems) {
    return problems.unavailable();
  }

  /**
   * Sends an error.
   *
   * @param why a description for clients that receive one; contains no secret
   */
  default void send(
      Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    problem.send(response);
  }
}
