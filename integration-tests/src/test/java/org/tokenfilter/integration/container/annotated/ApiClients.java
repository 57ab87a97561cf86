package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.ApiClientServlet;

/** The API client endpoints (API family 2). */
@WebServlet(urlPatterns = "/routelink/v1/*", loadOnStartup = 1)
public class ApiClients extends ApiClientServlet {

  @Serial private static final long serialVersionUID = 1L;
}
