package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Answers requests by routes. No answer is stored, and a refusal or a failure becomes an answer
 * here and nowhere else. Immutable.
 */
final class Answers {

  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private final Problems problems;
  private final Wording wording;

  Answers(Problems problems, Wording wording) {
    this.problems = problems;
    this.wording = wording;
  }

  /**
   * Answers a request.
   *
   * @param route what is at its path; null if nothing is
   */
  void answer(@Nullable Route route, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Problem.forbidStoring(response);
    try {
      if (route == null) {
        wording.send(problems.notFound(), "Not Found", request, response);
      } else if (!route.methods().contains(request.getMethod())) {
        String allowed = String.join(", ", route.methods());
        wording.send(
            problems.methodNotAllowed(allowed), "allowed are " + allowed, request, response);
      } else {
        route.action().answer(request, response);
      }
    } catch (TokenRejectedException refused) {
      LOG.debug("Refused: {}", refused.why());
      // Tomcat answers itself where a body does not come whole, and takes no other answer.
      if (!response.isCommitted()) {
        Problem problem = wording.refusal(refused.rejection(), problems);
        wording.send(problem, refused.why(), request, response);
      }
    } catch (IOException | RuntimeException | Error failure) {
      if (response.isCommitted()) {
        throw failure;
      }
      LOG.warn("A request could not be answered", failure);
      wording.send(wording.failure(problems), "not available", request, response);
    }
  }
}
