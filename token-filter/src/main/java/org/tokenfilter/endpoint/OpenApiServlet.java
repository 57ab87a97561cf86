package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;

/**
 * Describes all these APIs (OpenAPI 3.1), at the paths where they usually are. Map it to {@code
 * /openapi.json}.
 */
public class OpenApiServlet extends TokenEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  private static final Description OPEN_API =
      new Description("openapi.json", "application/json;charset=UTF-8");

  /** For web.xml and annotations: settings come from init-params and their other sources. */
  public OpenApiServlet() {}

  /** For code: the settings are those of this one, which stays the caller's to close. */
  public OpenApiServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    return request.getPathInfo() == null
        ? new Route(
            List.of("GET"),
            (in, out) ->
                OPEN_API.send(in.getContextPath().isEmpty() ? "/" : in.getContextPath(), out))
        : null;
  }
}
