package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.token.TokenRejectedException;

/** The parameter {@code token} of a form (RFC 7662, 2.1 and RFC 7009, 2.1), which occurs once. */
final class TokenParameter {

  private static final String NAME = "token";
  private static final AllowedParameters PARAMETERS = AllowedParameters.ignoringOthers(NAME);
  private static final Set<BodyType> FORM_ONLY = EnumSet.of(BodyType.FORM);

  /** The error format, in which a bad request is described as in RFC 6749, 5.2. */
  static final ErrorFormat ERROR_FORMAT =
      new BadRequestFormat(why -> json -> json.writeStringField("error", "invalid_request"));

  private TokenParameter() {}

  /**
   * Returns the token in a request's form.
   *
   * @throws TokenRejectedException if the form is malformed or has no token
   */
  static String read(HttpServletRequest request) throws TokenRejectedException {
    return RequestParameters.ofBody(request, FORM_ONLY, PARAMETERS).required(NAME);
  }
}
