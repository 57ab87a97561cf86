package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.token.TokenRejectedException;

/** The form of RFC 7662, 2.1 and RFC 7009, 2.1: the parameter {@code token}, once. */
final class TokenParameter {

  private static final String NAME = "token";
  private static final FieldNames FIELDS = FieldNames.among(NAME);
  private static final Set<BodyType> FORM = EnumSet.of(BodyType.FORM);

  private TokenParameter() {}

  static String read(HttpServletRequest request) throws TokenRejectedException {
    return Fields.ofBody(request, FORM, FIELDS).required(NAME);
  }

  /** Words a bad request as RFC 6749, 5.2 has it. */
  static final class Errors implements Wording {

    @Override
    public void send(
        Problem problem, String why, HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (problem.status() != HttpServletResponse.SC_BAD_REQUEST) {
        problem.send(response);
        return;
      }
      byte[] body = JsonAnswer.object(json -> json.writeStringField("error", "invalid_request"));
      problem.send(response, JsonAnswer.TYPE, body);
    }
  }
}
