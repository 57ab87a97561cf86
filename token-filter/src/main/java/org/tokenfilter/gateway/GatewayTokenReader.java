package org.tokenfilter.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.RequestTokenReader;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The tokens of requests to the service gateway, which are also accepted in a header of its own.
 * Thread-safe.
 *
 * <pre>
 *   userToken: eyJ...
 * </pre>
 */
public final class GatewayTokenReader {

  private static final String HEADER = "userToken";

  private final RequestTokenReader tokens;

  /** Creates a reader that accepts the tokens of another one, too. */
  public GatewayTokenReader(RequestTokenReader tokens) {
    this.tokens = tokens;
  }

  /**
   * Reads the token of a request to a service.
   *
   * @throws TokenRejectedException as {@link RequestTokenReader#read(HttpServletRequest)}
   */
  public PresentedToken read(HttpServletRequest request) throws TokenRejectedException {
    return tokens.read(request, explicitTokens(request, null));
  }

  /**
   * Reads the token of a request to the gateway itself, which renews or revokes something.
   *
   * @param inBody the token in the request's body; null for none
   * @throws TokenRejectedException as {@link RequestTokenReader#readForAction(HttpServletRequest)}
   */
  public PresentedToken readForAction(HttpServletRequest request, @Nullable String inBody)
      throws TokenRejectedException {
    return tokens.readForAction(request, explicitTokens(request, inBody));
  }

  private static List<String> explicitTokens(HttpServletRequest request, @Nullable String inBody) {
    List<String> explicit = new ArrayList<>();
    if (inBody != null) {
      explicit.add(inBody);
    }
    if (request.getHeader(HEADER) != null) {
      explicit.addAll(Collections.list(request.getHeaders(HEADER)));
    }
    return explicit;
  }
}
