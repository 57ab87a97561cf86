package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The tokens that requests present, with their session ids and clients. A token that a browser
 * sends by itself is accepted only if no other site may have made the browser send it. No token is
 * validated here. Thread-safe.
 */
public final class RequestTokenReader {

  private final TokenExtractor extractor;
  private final TrustedProxies proxies;
  private final CrossSiteGuard guard;

  RequestTokenReader(TokenExtractor extractor, TrustedProxies proxies, CrossSiteGuard guard) {
    this.extractor = extractor;
    this.proxies = proxies;
    this.guard = guard;
  }

  /**
   * Reads the token of a request, guarded against cross-site requests with unsafe methods.
   *
   * @throws TokenRejectedException if the request has no token, or two different ones, or if
   *     another site may have made a browser send it
   */
  public PresentedToken read(HttpServletRequest request) throws TokenRejectedException {
    return read(request, List.of());
  }

  /**
   * Reads the token of a request likewise.
   *
   * @param explicit tokens that the request has in other places, outside of cookies
   * @throws TokenRejectedException as {@link #read(HttpServletRequest)}
   */
  public PresentedToken read(HttpServletRequest request, List<String> explicit)
      throws TokenRejectedException {
    PresentedToken presented = require(request, explicit);
    if (presented.ambient()) {
      guard.checkUnsafe(request);
    }
    return presented;
  }

  /**
   * Reads the token of a request that issues, renews or revokes something, guarded against
   * cross-site requests with any method.
   *
   * @throws TokenRejectedException as {@link #read(HttpServletRequest)}
   */
  public PresentedToken readForAction(HttpServletRequest request) throws TokenRejectedException {
    return readForAction(request, List.of());
  }

  /**
   * Reads the token of a request that issues, renews or revokes something likewise.
   *
   * @param explicit tokens that the request has in other places, outside of cookies
   * @throws TokenRejectedException as {@link #read(HttpServletRequest)}
   */
  public PresentedToken readForAction(HttpServletRequest request, List<String> explicit)
      throws TokenRejectedException {
    PresentedToken presented = require(request, explicit);
    if (presented.ambient()) {
      guard.checkAction(request, true);
    }
    return presented;
  }

  /**
   * Reads the token of a request that only shows something, from whichever site it comes.
   *
   * @throws TokenRejectedException if the request has no token, or two different ones
   */
  public PresentedToken readUnguarded(HttpServletRequest request) throws TokenRejectedException {
    return require(request, List.of());
  }

  private PresentedToken require(HttpServletRequest request, List<String> explicit)
      throws TokenRejectedException {
    PresentedToken presented = extractor.extract(request, explicit);
    if (presented == null) {
      throw new TokenRejectedException(Rejection.MISSING, "no token");
    }
    return presented;
  }

  /**
   * Finds the token of a request, from whichever site it comes.
   *
   * @return null if there is none
   * @throws TokenRejectedException if the request has two different tokens
   */
  public @Nullable PresentedToken find(HttpServletRequest request) throws TokenRejectedException {
    return extractor.extract(request, List.of());
  }

  /**
   * Returns the distinct session ids that a request sends. Applications on the same host share
   * cookies, so that each id may belong to another application.
   */
  public Set<String> sessionIds(HttpServletRequest request) {
    return extractor.sessionIds(request);
  }

  /**
   * Returns the address of the client that sent a request.
   *
   * @throws TokenRejectedException if a trusted proxy contradicts itself
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    return proxies.clientOf(request);
  }
}
