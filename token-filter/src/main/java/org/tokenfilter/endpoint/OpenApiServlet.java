package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;

/**
 * A servlet that serves the description of all these APIs (OpenAPI 3.1) at their usual paths. Map
 * it to {@code /openapi.json}.
 */
public class OpenApiServlet extends EndpointServlet {

  @Serial private static final long serialVersionUID = 1L;

  private static final ApiDescription DESCRIPTION =
      new ApiDescription("openapi.json", "application/json;charset=UTF-8");

  /**
   * Creates the servlet for web.xml and annotations. Its settings come from init-params and the
   * other configuration sources.
   */
  public OpenApiServlet() {}

  /**
   * Creates the servlet for registration in code.
   *
   * @param security provides the settings; the caller closes it
   */
  public OpenApiServlet(TokenSecurity security) {
    super(security);
  }

  @Override
  @Nullable Route route(HttpServletRequest request) {
    return request.getPathInfo() == null
        ? new Route(
            List.of("GET"),
            (in, out) ->
                DESCRIPTION.send(in.getContextPath().isEmpty() ? "/" : in.getContextPath(), out))
        : null;
  }
}
