package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import org.tokenfilter.carrier.Problem;

/**
 * Words a bad request by an object that its clients expect; everything else is a problem.
 *
 * @param body the object's members, for what is wrong in words
 */
record BadRequestWording(Function<String, JsonAnswer.Members> body) implements Wording {

  @Override
  public void send(
      Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (problem.status() == HttpServletResponse.SC_BAD_REQUEST) {
      problem.send(response, JsonAnswer.TYPE, JsonAnswer.object(body.apply(why)));
    } else {
      problem.send(response);
    }
  }
}
