package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The methods of an endpoint's path and the action for them.
 *
 * @param methods the methods that the path supports; others are answered with 405
 * @param action the handler of a request
 */
record Route(List<String> methods, Action action) {

  /** A handler of a request. */
  @FunctionalInterface
  interface Action {
    void handle(HttpServletRequest request, HttpServletResponse response)
        throws TokenRejectedException, IOException;
  }
}
