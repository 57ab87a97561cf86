package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Ends a token for whoever holds it (RFC 7009). Map it to {@code /oauth/revoke}.
 *
 * <pre>
 *   POST /oauth/revoke                              200 OK
 *   Content-Type: application/x-www-form-urlencoded
 *
 *   token=eyJ...
 * </pre>
 *
 * <p>A token that is unknown, or dead already, is what its holder wants it to be: 200. Where the
 * store does not answer: 503.
 */
public class RevocationServlet extends TokenEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  /** For web.xml and annotations: settings come from init-params and their other sources. */
  public RevocationServlet() {}

  /** For code: the settings are those of this one, which stays the caller's to close. */
  public RevocationServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  Wording wording() {
    return TokenParameter.ERRORS;
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    return request.getPathInfo() == null ? new Route(List.of("POST"), this::revoke) : null;
  }

  private void revoke(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    service().revoke(TokenParameter.read(request));
    response.setStatus(HttpServletResponse.SC_OK);
  }
}
