package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.config.RefusalNotices;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;
import org.tokenfilter.token.UnfitSubjectException;

/**
 * The dispatcher of an endpoint's requests to its routes. It forbids the storage of every response
 * and is the only place where a rejection or a failure becomes a response. Immutable.
 */
final class Answers {

  private final Problems problems;
  private final Wording wording;
  private final RefusalNotices notices;

  Answers(TokenSecurity security, Wording wording) {
    this.problems = security.problems();
    this.notices = new RefusalNotices(security);
    this.wording = wording;
  }

  /**
   * Handles a request: runs the action of its route or sends an error. A failure of the action is
   * rethrown only if the response is already committed.
   *
   * @param route the route at the request's path; null if there is none
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
        notices.decided();
      }
    } catch (TokenRejectedException refused) {
      notices.refused(request, refused);
      // Tomcat sends its own response to an incomplete body and accepts no other.
      if (!response.isCommitted()) {
        Problem problem = wording.refusal(refused.rejection(), problems);
        wording.send(problem, refused.why(), request, response);
      }
    } catch (UnfitSubjectException unfit) {
      notices.unfit(unfit);
      Problem problem = wording.refusal(Rejection.UNFIT_SUBJECT, problems);
      wording.send(problem, "refused", request, response);
    } catch (IOException | RuntimeException | Error failure) {
      if (response.isCommitted()) {
        throw failure;
      }
      notices.failed(failure);
      wording.send(wording.failure(problems), "not available", request, response);
    }
  }
}
