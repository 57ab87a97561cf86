package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.OpenApiServlet;

/** The endpoint of the OpenAPI description. */
@WebServlet(urlPatterns = "/openapi.json", loadOnStartup = 1)
public class OpenApi extends OpenApiServlet {

  @Serial private static final long serialVersionUID = 1L;
}
