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
 * Answers requests by routes. No answer is stored, and a refusal or a failure becomes an answer
 * here and nowhere else. Immutable.
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
        notices.decided();
      }
    } catch (TokenRejectedException refused) {
      notices.refused(request, refused);
      // Tomcat answers itself where a body does not come whole, and takes no other answer.
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
