package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import org.tokenfilter.carrier.Problem;

/**
 * An error format that describes a bad request by a JSON object of the endpoint's own. All other
 * errors are problem documents.
 *
 * @param body creates the members of the object from a description of the error
 */
record BadRequestFormat(Function<String, JsonResponse.Members> body) implements ErrorFormat {

  @Override
  public void send(
      Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (problem.status() == HttpServletResponse.SC_BAD_REQUEST) {
      problem.send(response, JsonResponse.CONTENT_TYPE, JsonResponse.toBytes(body.apply(why)));
    } else {
      problem.send(response);
    }
  }
}
