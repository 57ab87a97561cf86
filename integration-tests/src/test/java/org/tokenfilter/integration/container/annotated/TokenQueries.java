package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.annotation.WebServlet;
import java.io.Serial;
import org.tokenfilter.endpoint.TokenQueryServlet;

/** The token query endpoints (API family 3). */
@WebServlet(
    urlPatterns = {
      "/GetSessionToken",
      "/QuerySessionToken",
      "/RenewSessionToken",
      "/RevokeSessionToken"
    },
    loadOnStartup = 1)
public class TokenQueries extends TokenQueryServlet {

  @Serial private static final long serialVersionUID = 1L;
}
