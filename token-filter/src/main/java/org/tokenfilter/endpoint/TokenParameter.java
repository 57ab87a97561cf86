package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;
import java.util.Set;
import org.tokenfilter.token.TokenRejectedException;

/** The form of RFC 7662, 2.1 and RFC 7009, 2.1: the parameter {@code token}, once. */
final class TokenParameter {

  private static final String NAME = "token";
  private static final FieldNames FIELDS = FieldNames.among(NAME);
  private static final Set<BodyType> FORM = EnumSet.of(BodyType.FORM);

  /** Words a bad request as RFC 6749, 5.2 has it. */
  static final Wording ERRORS =
      new BadRequestWording(why -> json -> json.writeStringField("error", "invalid_request"));

  private TokenParameter() {}

  static String read(HttpServletRequest request) throws TokenRejectedException {
    return Fields.ofBody(request, FORM, FIELDS).required(NAME);
  }
}
