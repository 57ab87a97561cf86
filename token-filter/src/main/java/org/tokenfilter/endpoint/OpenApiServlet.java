package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes all these APIs (OpenAPI 3.1), at the paths where they usually are. Map it to {@code
 * /openapi.json}.
 */
public class OpenApiServlet extends TokenEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  private static final Description OPEN_API =
      new Description("openapi.json", "application/json;charset=UTF-8");

  /** A servlet that takes its settings from the application. */
  public OpenApiServlet() {}

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
