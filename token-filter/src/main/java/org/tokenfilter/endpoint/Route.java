package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.tokenfilter.token.TokenRejectedException;

/**
 * What an endpoint does at one of its paths.
 *
 * @param methods those that the path has; others are answered 405
 * @param action the answer
 */
record Route(List<String> methods, Action action) {

  /** Answers a request. */
  @FunctionalInterface
  interface Action {
    void answer(HttpServletRequest request, HttpServletResponse response)
        throws TokenRejectedException, IOException;
  }
}
