package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.AccessTokenServlet;

/** The access token endpoints (API family 1). */
@WebServlet(urlPatterns = "/security/rest/*", loadOnStartup = 1)
public class AccessTokens extends AccessTokenServlet {

  @Serial private static final long serialVersionUID = 1L;
}
