package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.InvalidSubjectException;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The dispatcher of an endpoint's requests to its routes. It forbids the storage of every response
 * and is the only place where a rejection or a failure becomes a response. Immutable.
 */
final class RouteDispatcher {

  private final Problems problems;
  private final ErrorFormat errorFormat;
  private final RefusalWarnings warnings;

  RouteDispatcher(TokenSecurity security, ErrorFormat errorFormat) {
    this.problems = security.problems();
    this.warnings =
        new RefusalWarnings(
            security.operatorLog(), security.proxies(), security.storeCalls()::isHealthy);
    this.errorFormat = errorFormat;
  }

  /**
   * Handles a request: runs the action of its route or sends an error. A failure of the action is
   * rethrown only if the response is already committed.
   *
   * @param route the route at the request's path; null if there is none
   */
  void handle(@Nullable Route route, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Problem.setNoStore(response);
    try {
      if (route == null) {
        errorFormat.send(problems.notFound(), "Not Found", request, response);
      } else if (!route.methods().contains(request.getMethod())) {
        String allowed = String.join(", ", route.methods());
        errorFormat.send(
            problems.methodNotAllowed(allowed), "allowed are " + allowed, request, response);
      } else {
        route.action().handle(request, response);
        warnings.requestDecided();
      }
    } catch (TokenRejectedException refused) {
      warnings.requestRefused(request, refused);
      // Tomcat sends its own response to an incomplete body and accepts no other.
      if (!response.isCommitted()) {
        Problem problem = errorFormat.problemFor(refused.rejection(), problems);
        errorFormat.send(problem, refused.detail(), request, response);
      }
    } catch (InvalidSubjectException invalidSubject) {
      warnings.subjectUnfit(invalidSubject);
      Problem problem = errorFormat.problemFor(Rejection.INVALID_SUBJECT, problems);
      errorFormat.send(problem, "refused", request, response);
    } catch (IOException | RuntimeException | Error failure) {
      if (response.isCommitted()) {
        throw failure;
      }
      warnings.requestFailed(failure);
      errorFormat.send(errorFormat.problemForFailure(problems), "not available", request, response);
    }
  }
}
