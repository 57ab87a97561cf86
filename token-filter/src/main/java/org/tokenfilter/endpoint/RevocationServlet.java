package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A servlet that revokes a token for its holder (RFC 7009). Map it to {@code /oauth/revoke}.
 *
 * <pre>
 *   POST /oauth/revoke                              200 OK
 *   Content-Type: application/x-www-form-urlencoded
 *
 *   token=eyJ...
 * </pre>
 *
 * <p>The response is 200 also for a token that is unknown or has already ended. If the store does
 * not answer, the response is 503.
 */
public class RevocationServlet extends EndpointServlet {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public RevocationServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public RevocationServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  ErrorFormat errorFormat() {
    return TokenParameter.ERROR_FORMAT;
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
